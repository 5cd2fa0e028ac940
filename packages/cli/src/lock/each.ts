import { sentenceOf } from '../failure.ts';
import type { LockResult } from './lock-release.ts';

/** What came of reading several releases. */
export interface Outcome {
  readonly results: LockResult[];
  /** Why some couldn't be read, a sentence each. */
  readonly failures: string[];
}

/** Reads one after the other, and the rest also when one fails. */
export async function each<T>(items: readonly T[], work: (item: T) => Promise<LockResult>): Promise<Outcome> {
  const results: LockResult[] = [];
  const failures: string[] = [];
  for (const item of items) {
    try {
      results.push(await work(item));
    } catch (error) {
      failures.push(sentenceOf(error));
    }
  }
  return { results, failures };
}
