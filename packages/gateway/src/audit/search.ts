import type { AuditFilter } from '@lockstep/model/admin';
import { matchesGlob } from '@lockstep/model/internal';
import { printPlace, type StoredRecord } from '@lockstep/model/record';
import type { AuditSource } from './pages.ts';
import { type Cursor, type FoundRow, recordsOfApproval, searchStep } from './search-step.ts';

/** Records in one stretch, which take some five milliseconds of the database's time. */
const stretchLength = 20_000;

/** A record with its hash and its place, in the form that people quote. */
interface FoundRecord {
  /** `writer:epoch:seq` */
  readonly place: string;
  readonly hash: string;
  readonly record: StoredRecord;
}

/**
 * Finds the records that match, latest first, at most `limit`.
 *
 * @returns them, and whether there are more.
 * @example
 * await searchAudit(store, { tool: 'files/*', decision: 'deny', from: Date.now() - 3_600_000 }, 100);
 */
export async function searchAudit(
  source: AuditSource,
  filter: AuditFilter,
  limit: number,
): Promise<{ records: FoundRecord[]; more: boolean }> {
  const records: FoundRecord[] = [];
  for await (const row of matching(source, filter, limit + 1)) {
    if (records.length === limit) return { records, more: true };
    records.push({ place: printPlace(row), hash: row.hash, record: JSON.parse(row.record) });
  }
  return { records, more: false };
}

async function* matching(source: AuditSource, filter: AuditFilter, limit: number): AsyncGenerator<FoundRow> {
  if (filter.approval !== undefined) {
    const rows = await source.query(recordsOfApproval, { approval: filter.approval, limit: stretchLength });
    yield* rows.filter((row) => matches(filter, row));
    return;
  }
  const { from, to } = filter;
  let before: Cursor | null = null;
  do {
    const stretch = { from, to, before, length: stretchLength };
    const step: { found: FoundRow[]; next: Cursor | null } = await source.query(searchStep, {
      filter,
      stretch,
      limit,
    });
    yield* step.found.filter((row) => matches(filter, row));
    before = step.next;
  } while (before !== null);
}

/** Applies the filter strictly: the database's LIKE is looser than our globs. */
function matches(filter: AuditFilter, { time, record }: FoundRow): boolean {
  const { kind, principal, target, decision, outcome }: StoredRecord = JSON.parse(record);
  return (
    time >= (filter.from ?? time) &&
    time <= (filter.to ?? time) &&
    (filter.principal === undefined ||
      principal?.subject === filter.principal ||
      principal?.owner === filter.principal) &&
    (filter.tool === undefined || (target !== undefined && matchesGlob([filter.tool], target))) &&
    decision === (filter.decision ?? decision) &&
    outcome === (filter.outcome ?? outcome) &&
    kind === (filter.kind ?? kind)
  );
}
