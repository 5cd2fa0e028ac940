import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadRootKeys, makeBridgeKey, makeRootKey } from './root-key.ts';
import { openSalt, type Salt, saltMaker } from './salt.ts';
import { mac, macMatches, seal, unseal } from './seal.ts';
import { createSecret, readSecret } from './secret-file.ts';
import { loadSigningKeys, makeSigningKey } from './signing-key.ts';

/**
 * The environment's secrets, by purpose. Everything stored names the key that made it, so keys can be changed and
 * older values stay readable.
 */
export interface Keys {
  /** Encrypts `text`: `keyId.nonce.ciphertext`. */
  seal(purpose: string, text: string): string;
  /** The inverse of {@link Keys.seal}. Throws if the text was altered or its key is gone. */
  open(purpose: string, sealed: string): string;
  /** A fresh salt for a commitment, with the sealed form that is stored. */
  newSalt(): Salt;
  /** The inverse of {@link Keys.newSalt}. Throws if its key is gone. */
  openSalt(sealed: string): string;
  /** A keyed hash: `keyId.hash`. The same text gives the same hash until the key changes. */
  mac(purpose: string, text: string): string;
  /** Whether the current key or an older one made `mac` from this text. */
  macMatches(purpose: string, text: string, mac: string): boolean;
  /** Signs with the audit key (Ed25519, base64). */
  sign(text: string): Signature;
  /** The public half of the current audit key. */
  readonly publicKeyPem: string;
  /** The public halves of all audit keys, current first. */
  readonly publicKeys: readonly string[];
}

export interface Signature {
  /** See `publicKeyId`. */
  readonly keyId: string;
  readonly signature: string;
}

/** Options of {@link openKeys}. */
interface KeysOptions {
  /** Whether to create missing keys. Default: true. */
  readonly create?: boolean;
  /** The folder to write `audit.pub.pem` into. Default: the folder of the keys. */
  readonly publishTo?: string;
}

/**
 * Opens the keys in a folder: `root.key` and `audit.key`, with the retired ones beside them (`root.key.1`, …). Writes
 * the public halves to `audit.pub.pem`.
 *
 * @throws Error in one sentence if one of them can't be used.
 */
export async function openKeys(dir: string, options: KeysOptions = {}): Promise<Keys> {
  const { create = true, publishTo = dir } = options;
  const roots = await loadRootKeys(join(dir, 'root.key'), create);
  const signers = await loadSigningKeys(join(dir, 'audit.key'), create);
  const [root] = roots;
  const [signer] = signers;
  await publish(
    join(publishTo, 'audit.pub.pem'),
    signers.map((key) => key.publicKeyPem),
  );
  return {
    seal: (purpose, text) => seal(root, purpose, text),
    open: (purpose, sealed) => unseal(roots, purpose, sealed),
    newSalt: saltMaker(root),
    openSalt: (sealed) => openSalt(roots, sealed),
    mac: (purpose, text) => mac(root, purpose, text),
    macMatches: (purpose, text, presented) => macMatches(roots, purpose, text, presented),
    sign: (text) => ({ keyId: signer.id, signature: signer.sign(text) }),
    publicKeyPem: signer.publicKeyPem,
    publicKeys: signers.map((key) => key.publicKeyPem),
  };
}

/** Writes the public keys to a file, current first, for those who verify the audit elsewhere. */
async function publish(path: string, pems: readonly string[]): Promise<void> {
  const text = pems.join('');
  const found = await readFile(path, 'utf8').catch(() => '');
  if (found !== text) await writeFile(path, text, { mode: 0o644 });
}

/**
 * Reads the public audit keys from a file that {@link openKeys} wrote, or from any other file of PEM blocks.
 *
 * @throws Error in one sentence if there are none.
 */
export async function readPublicKeys(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const pems = text.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----\n?/g) ?? [];
  if (pems.length === 0) throw new Error(`${path} holds no public key; name the gateway's audit.pub.pem.`);
  return pems;
}

/** The keys of an environment in a cluster, each with the function that makes it. */
const makers = { 'root.key': makeRootKey, 'audit.key': makeSigningKey, 'bridge.key': makeBridgeKey } as const;

/** Makes an environment's keys, by the names of their files. */
export function makeKeys(): ReadonlyMap<string, Buffer> {
  return new Map(Object.entries(makers).map(([name, make]) => [name, make()]));
}

/**
 * Creates an environment's keys as files that only their owner can read, and `audit.pub.pem` for those who verify the
 * audit.
 *
 * @returns the names of the secret ones.
 * @throws Error in one sentence if one exists already: without the old key, nobody can read what it encrypted.
 */
export async function createKeys(dir: string): Promise<string[]> {
  const names = Object.keys(makers);
  for (const name of names) {
    if ((await readSecret(join(dir, name))) !== undefined) throw exists(dir, name);
  }
  for (const [name, key] of makeKeys()) {
    if (!(await createSecret(join(dir, name), key))) throw exists(dir, name);
  }
  await openKeys(dir, { create: false });
  return names;
}

function exists(dir: string, name: string): Error {
  return new Error(`${join(dir, name)} exists already, and keys are never replaced; name another folder.`);
}
