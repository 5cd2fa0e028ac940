import { sha256 } from '@lockstep/model/internal';
import type { StoredRecord } from '@lockstep/model/record';
import { columnNames, columnValues } from '../ledger/columns.ts';
import { recordVersion } from '../ledger/event.ts';
import type { AuditRow } from '../ledger/tables.ts';

/**
 * Holds a row against itself: its text against its hash, its columns against its text.
 *
 * @returns the record, or in a few words what is wrong.
 */
export function checkRow(row: AuditRow): StoredRecord | string {
  if (sha256(row.record) !== row.hash) return "its text or its hash was changed: they don't match";
  const record = parse(row.record);
  if (record === undefined) return "its text isn't a record";
  if (record.v !== recordVersion) {
    return `it is of version ${record.v}, and this lockstep reads version ${recordVersion}; update lockstep`;
  }
  const { id, epoch, seq } = record.writer;
  if (id !== row.writer || epoch !== row.epoch || seq !== row.seq) {
    return `its text says that it is ${id}:${epoch}:${seq}`;
  }
  const values = columnValues(record);
  const differing = columnNames.find((name, at) => row[name] !== values[at]);
  if (differing === undefined) return record;
  return `its column ${differing} doesn't say what its text says`;
}

function parse(text: string): StoredRecord | undefined {
  try {
    const record = JSON.parse(text);
    return typeof record?.writer === 'object' && !Number.isNaN(Date.parse(record.time)) ? record : undefined;
  } catch {
    return undefined;
  }
}
