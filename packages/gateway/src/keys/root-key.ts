import { createHash, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import { loadSecret, readRetired, readSecret } from './secret-file.ts';

/** Bytes of a root key. */
const rootKeyLength = 32;

/** One root key, and the keys that are derived from it. */
export interface RootKey {
  /** Names the key in everything that it made; says nothing about its bytes. */
  readonly id: string;
  /** Derives the key of one purpose. */
  derive(purpose: string): KeyObject;
}

/** Makes a root key: random bytes. */
export function makeRootKey(): Buffer {
  return randomBytes(rootKeyLength);
}

/**
 * Loads the root key at `path` and the retired ones beside it, current first.
 *
 * @param create whether to create a missing key (32 bytes, mode 0600).
 */
export async function loadRootKeys(path: string, create: boolean): Promise<readonly [RootKey, ...RootKey[]]> {
  const current = rootKey(await loadSecret(path, create ? makeRootKey : undefined), path);
  const retired = await readRetired(path);
  return [current, ...retired.map((secret) => rootKey(secret, `a retired ${path}`))];
}

function rootKey(secret: Buffer, name: string): RootKey {
  if (secret.length !== rootKeyLength) {
    throw new Error(
      `${name} holds ${secret.length} bytes, but a root key has ${rootKeyLength}; restore it from a backup.`,
    );
  }
  const derived = new Map<string, KeyObject>();
  return {
    id: createHash('sha256').update(deriveKey(secret, 'key id')).digest('hex').slice(0, 8),
    derive(purpose) {
      let key = derived.get(purpose);
      if (key === undefined) {
        // A key object: passing the bytes on every use costs more than the encryption.
        key = createSecretKey(deriveKey(secret, purpose));
        derived.set(purpose, key);
      }
      return key;
    },
  };
}

/** Derives 32 bytes from a root key (HKDF-SHA256). */
function deriveKey(root: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', root, 'lockstep', purpose, 32));
}

/** Bytes of a bridge key. */
const bridgeKeyLength = 32;

/** Makes a bridge key: random bytes. */
export function makeBridgeKey(): Buffer {
  return randomBytes(bridgeKeyLength);
}

/**
 * Reads the key that a gateway and its bridges share from the file at `path`; undefined if there is no such file.
 *
 * @throws Error in one sentence if it can't be used.
 */
export async function readBridgeKey(path: string): Promise<Uint8Array | undefined> {
  const key = await readSecret(path);
  if (key === undefined || key.length === bridgeKeyLength) return key;
  throw new Error(
    `${path} holds ${key.length} bytes, but a bridge key has ${bridgeKeyLength}; make it with \`lockstep keys create\`.`,
  );
}
