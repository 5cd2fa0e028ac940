import { randomBytes } from 'node:crypto';
import { readSecret } from './secret-file.ts';

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
