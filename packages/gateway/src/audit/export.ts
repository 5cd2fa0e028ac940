import { createHash } from 'node:crypto';
import type { StoredRecord } from '@lockstep/model/record';
import type { Signature } from '../keys/keys.ts';
import { printManifest, type Segment } from './manifest.ts';
import { type AuditSource, auditRows } from './pages.ts';
import { type Cursor, type Range, rangeStep } from './search-step.ts';

/** Records in one stretch, which take some five milliseconds of the database's time. */
const stretchLength = 20_000;

export interface ExportOptions {
  readonly environment: string;
  /** Milliseconds since 1970, inclusive. Others in between are exported too, so chains stay whole. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  sign(text: string): Signature;
}

/**
 * Exports the audit as JSON lines without their line breaks: the records exactly as stored, by writer, epoch and place,
 * and then a signed manifest.
 */
export async function* exportAudit(source: AuditSource, options: ExportOptions): AsyncGenerator<string> {
  yield* exportRanges(source, await rangesOf(source, options), { ...options, time: Date.now() });
}

/**
 * Exports the records of these ranges.
 *
 * @param options.time the time of the export, milliseconds since 1970. The same time gives the same bytes.
 */
export async function* exportRanges(
  source: AuditSource,
  ranges: readonly Range[],
  options: ExportOptions & { readonly time: number },
): AsyncGenerator<string> {
  const digest = createHash('sha256');
  const segments: Segment[] = [];
  let records = 0;
  for (const range of ranges) {
    let segment: Segment | undefined;
    for await (const row of auditRows(source, { ...range, seq: range.first - 1 })) {
      if (row.writer !== range.writer || row.epoch !== range.epoch || row.seq > range.last) break;
      segment ??= { ...range, prev: previousOf(row.record), hash: row.hash };
      segment = { ...segment, last: row.seq, hash: row.hash };
      records += 1;
      digest.update(`${row.record}\n`);
      yield row.record;
    }
    if (segment !== undefined) segments.push(segment);
  }
  yield printManifest(
    {
      environment: options.environment,
      time: new Date(options.time).toISOString(),
      from: isoOrNull(options.from),
      to: isoOrNull(options.to),
      records,
      segments,
      digest: `sha256:${digest.digest('hex')}`,
    },
    options.sign,
  );
}

function previousOf(text: string): string | null {
  const { writer }: StoredRecord = JSON.parse(text);
  return writer.prev;
}

function isoOrNull(time: number | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString();
}

/** The smallest range of each epoch that covers every record of the period, in the order of the chains. */
async function rangesOf(source: AuditSource, { from, to }: ExportOptions): Promise<Range[]> {
  const whole = new Map<string, Range>();
  let before: Cursor | null = null;
  do {
    const step: { ranges: Range[]; next: Cursor | null } = await source.query(rangeStep, {
      from,
      to,
      before,
      length: stretchLength,
    });
    for (const range of step.ranges) {
      const key = `${range.writer}:${range.epoch}`;
      const known = whole.get(key) ?? range;
      const first = Math.min(known.first, range.first);
      whole.set(key, { ...range, first, last: Math.max(known.last, range.last) });
    }
    before = step.next;
  } while (before !== null);
  return [...whole.values()].toSorted(
    (a, b) => (a.writer < b.writer ? -1 : a.writer > b.writer ? 1 : 0) || a.epoch - b.epoch,
  );
}
