import { type ExportOptions, exportRanges } from '../audit/export.ts';
import type { Range } from '../audit/search-step.ts';
import type { AuditSource } from '../audit/source.ts';
import type { ClosedSegment } from './operations.ts';

/** Digits of an epoch and of a place in keys, so that a listing is in the order of the chain. */
const epochDigits = 6;
const placeDigits = 12;

/**
 * Where a segment lies in its bucket.
 *
 * @example
 * segmentKey('prod', { writer: 'f9517721-…', epoch: 1, first: 1, last: 33 }, 'mcp');
 * // mcp/prod/f9517721-…/000001/000000000001-000000000033.jsonl
 */
export function segmentKey(
  environment: string,
  { writer, epoch, first, last }: Range,
  prefix?: string | undefined,
): string {
  const file = `${pad(first, placeDigits)}-${pad(last, placeDigits)}.jsonl`;
  return [...(prefix === undefined ? [] : [prefix]), environment, writer, pad(epoch, epochDigits), file].join(
    '/',
  );
}

/** A segment's text: an export, its signed manifest last. The same segment gives the same bytes. */
export async function segmentText(
  source: AuditSource,
  { closedAt, ...range }: ClosedSegment,
  options: Pick<ExportOptions, 'environment' | 'sign'>,
): Promise<string> {
  let text = '';
  for await (const line of exportRanges(source, [range], { ...options, time: closedAt })) text += `${line}\n`;
  return text;
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
