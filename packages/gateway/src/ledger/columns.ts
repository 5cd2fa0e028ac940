import type { NewRecord } from '@lockstep/model/record';
import type { AuditRow } from '../ledger/tables.ts';

/** What is repeated of a record in columns, for searching. `verify` checks that they agree with it. */
export type Columns = Omit<AuditRow, 'writer' | 'epoch' | 'seq' | 'hash' | 'record'>;

/** In the order of {@link columnValues}. */
export const columnNames = [
  'time',
  'kind',
  'issuer',
  'subject',
  'owner',
  'server',
  'target',
  'decision',
  'outcome',
  'approval',
] as const satisfies readonly (keyof Columns)[];

/**
 * The columns' values, in order.
 *
 * @throws Error when the record's time isn't one.
 */
export function columnValues(record: NewRecord): (string | number | null)[] {
  const time = Date.parse(record.time);
  if (Number.isNaN(time)) throw new Error(`A record's time must be ISO 8601, not ${record.time}.`);
  return [
    time,
    record.kind,
    record.principal?.issuer ?? null,
    record.principal?.subject ?? null,
    record.principal?.owner ?? null,
    record.server ?? null,
    record.target ?? null,
    record.decision ?? null,
    record.outcome ?? null,
    record.approval ?? null,
  ];
}
