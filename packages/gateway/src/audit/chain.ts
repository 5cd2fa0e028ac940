import type { RecordRef, StoredRecord } from '@lockstep/model/record';
import { type Problem, problemAt } from '../ledger/problem.ts';
import type { AuditRow } from '../ledger/tables.ts';
import { checkRow } from './check-row.ts';

/** Follows a writer's chain, row by row, in the order of writer, epoch and place. */
export interface ChainCheck {
  /** The row before; undefined at the very start. */
  readonly last: RecordRef | undefined;
  /** Holds a row against itself and the one before; gives the record, unless it is damaged. */
  next(row: AuditRow): { readonly problems: readonly Problem[]; readonly record: StoredRecord | undefined };
}

/** Follows every writer's chain from its first record. */
export function checkChains(): ChainCheck {
  let last: RecordRef | undefined;
  return {
    get last() {
      return last;
    },
    next(row) {
      const before = last?.writer === row.writer ? last : undefined;
      last = { writer: row.writer, epoch: row.epoch, seq: row.seq, hash: row.hash };
      const problems = gapBefore(row, before);
      const checked = checkRow(row);
      if (typeof checked === 'string') {
        return { problems: [...problems, problemAt(row, `${checked}.`)], record: undefined };
      }
      if (problems.length === 0 && checked.writer.prev !== (before?.hash ?? null)) {
        problems.push(problemAt(row, "it doesn't follow the record before it: one of the two was changed."));
      }
      return { problems, record: checked };
    },
  };
}

function gapBefore(row: AuditRow, before: RecordRef | undefined): Problem[] {
  const sameEpoch = before?.epoch === row.epoch;
  const expectedEpoch = sameEpoch ? row.epoch : (before?.epoch ?? 0) + 1;
  if (row.epoch !== expectedEpoch) {
    return [
      problemAt(
        { ...row, epoch: expectedEpoch, seq: 1 },
        `epoch ${expectedEpoch} of this writer is missing.`,
      ),
    ];
  }
  const expected = sameEpoch ? before.seq + 1 : 1;
  if (row.seq === expected) return [];
  const missing = row.seq - expected;
  const what = missing === 1 ? 'the record is missing' : `${missing} records are missing, from this one on`;
  return [problemAt({ ...row, seq: expected }, `${what}: the next is ${row.seq}.`)];
}
