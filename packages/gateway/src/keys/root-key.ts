import { createHash, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import { loadSecret, readRetired, readSecret } from './secret-file.ts';

/** Bytes of a root key. */
const rootKeyLength = 32;

/** One root key, and the keys that were derived of it. */
export interface RootKey {
  /** Names it in whatever it made; tells nothing about it. */
  readonly id: string;
  /** The key for a purpose; each purpose has its own. */
  derive(purpose: string): KeyObject;
}

/** A new root key: random bytes. */
export function makeRootKey(): Buffer {
  return randomBytes(rootKeyLength);
}

/**
 * The root key at `path` and the retired ones beside it, current first.
 *
 * @param create whether it is made when missing (32 bytes, mode 0600).
 */
export async function loadRootKeys(path: string, create: boolean): Promise<readonly [RootKey, ...RootKey[]]> {
  const current = rootKey(await loadSecret(path, create ? makeRootKey : undefined), path);
  const retired = await readRetired(path);
  return [current, ...retired.map((secret) => rootKey(secret, `a retired ${path}`))];
}

function rootKey(secret: Buffer, name: string): RootKey {
  if (secret.length !== rootKeyLength) {
    throw new Error(
      `${name} holds ${secret.length} bytes where a root key has ${rootKeyLength}; restore it from a backup.`,
    );
  }
  const derived = new Map<string, KeyObject>();
  return {
    id: createHash('sha256').update(deriveKey(secret, 'key id')).digest('hex').slice(0, 8),
    derive(purpose) {
      let key = derived.get(purpose);
      if (key === undefined) {
        // A key object: handing over the bytes on every use costs more than the encryption.
        key = createSecretKey(deriveKey(secret, purpose));
        derived.set(purpose, key);
      }
      return key;
    },
  };
}

/** HKDF-SHA256 of a root key. */
function deriveKey(root: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', root, 'lockstep', purpose, 32));
}

/** Bytes of a bridge key. */
const bridgeKeyLength = 32;

/** A new bridge key: random bytes. */
export function makeBridgeKey(): Buffer {
  return randomBytes(bridgeKeyLength);
}

/**
 * The key that a gateway and its bridges share, in the file at `path`; undefined when there is none.
 *
 * @throws Error in one sentence when it can't be used.
 */
export async function readBridgeKey(path: string): Promise<Uint8Array | undefined> {
  const key = await readSecret(path);
  if (key === undefined || key.length === bridgeKeyLength) return key;
  throw new Error(
    `${path} holds ${key.length} bytes where a bridge key has ${bridgeKeyLength}; make it with \`lockstep keys create\`.`,
  );
}
