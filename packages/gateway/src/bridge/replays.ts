import { signatureWindow } from '../protocol/bridge-contract.ts';

/** Most signatures to remember per period. Only the gateway can make them, so this just bounds memory. */
const maxPerPeriod = 200_000;

/** Remembers the signatures that were seen for as long as they can be valid. */
export interface Replays {
  /** Whether this signature is new. @param now Unix time in seconds. */
  isNew(signature: string, now: number): boolean;
}

/** Uses two sets, of which the older is dropped once nothing in it can be valid any longer. */
export function createReplays(): Replays {
  // A signature that was made ahead of this clock is valid for twice the window.
  const period = signatureWindow * 2;
  let since = Number.NEGATIVE_INFINITY;
  let recent = new Set<string>();
  let older = new Set<string>();
  return {
    isNew(signature, now) {
      if (now - since > period || recent.size >= maxPerPeriod) {
        older = now - since > period * 2 ? new Set() : recent;
        recent = new Set();
        since = now;
      }
      if (recent.has(signature) || older.has(signature)) return false;
      recent.add(signature);
      return true;
    },
  };
}
