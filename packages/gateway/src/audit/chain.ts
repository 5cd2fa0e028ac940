import { sha256 } from '@lockstep/model/internal';
import type { RecordRef, StoredRecord } from '@lockstep/model/record';
import { type AuditProblem, problemAt } from '../ledger/checkpoint.ts';
import { columnNames, columnValues, recordVersion } from '../ledger/event.ts';
import type { AuditRow } from '../ledger/tables.ts';

/** Follows the chains row by row, in the order of writer, epoch and place. */
interface ChainCheck {
  /** The row before; undefined at the beginning. */
  readonly last: RecordRef | undefined;
  /** Checks a row on its own and against the row before; returns the record, unless it is damaged. */
  next(row: AuditRow): {
    readonly problems: readonly AuditProblem[];
    readonly record: StoredRecord | undefined;
  };
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

function gapBefore(row: AuditRow, before: RecordRef | undefined): AuditProblem[] {
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

/**
 * Checks a row on its own: its text against its hash, and its columns against its text.
 *
 * @returns the record, or a few words on what is wrong.
 */
function checkRow(row: AuditRow): StoredRecord | string {
  if (sha256(row.record) !== row.hash) return "its text or its hash was changed: they don't match";
  const record = parse(row.record);
  if (record === undefined) return "its text isn't a record";
  if (record.v !== recordVersion) {
    return `it has version ${record.v}, but this lockstep reads version ${recordVersion}; update lockstep`;
  }
  const { id, epoch, seq } = record.writer;
  if (id !== row.writer || epoch !== row.epoch || seq !== row.seq) {
    return `its text says that it is ${id}:${epoch}:${seq}`;
  }
  const values = columnValues(record);
  const differing = columnNames.find((name, at) => row[name] !== values[at]);
  if (differing === undefined) return record;
  return `its column ${differing} doesn't agree with its text`;
}

function parse(text: string): StoredRecord | undefined {
  try {
    const record = JSON.parse(text);
    return typeof record?.writer === 'object' && !Number.isNaN(Date.parse(record.time)) ? record : undefined;
  } catch {
    return undefined;
  }
}
