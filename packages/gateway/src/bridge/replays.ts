import { signatureWindow } from '../protocol/bridge-contract.ts';

/** Signatures that are remembered per period; only the gateway can make them, so this only bounds memory. */
const maxPerPeriod = 200_000;

/** Knows the signatures that were seen while they can still be valid. */
export interface Replays {
  /** Whether this is the first time. @param now Unix time in seconds. */
  isNew(signature: string, now: number): boolean;
}

/** Remembers in two sets, of which the older is dropped once nothing in it can be valid any longer. */
export function createReplays(): Replays {
  // One made ahead of this clock is valid for twice the window.
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
