import type { Verification } from '@lockstep/gateway';
import { visible } from '@lockstep/model/internal';
import type { StoredRecord } from '@lockstep/model/record';
import type { CommandContext } from '../kernel/context.ts';
import { countOf } from '../view/phrases.ts';
import { printColumns } from '../view/table.ts';

/** What came of verifying a whole audit. */
export function printVerification(found: Verification, paint: CommandContext['paint']): string[] {
  const { ok, problems, records, checkpoints, heads, unsigned, openIntents } = found;
  const counted = `${countOf(records, 'record')}, ${countOf(checkpoints, 'checkpoint')}`;
  return [
    ok ? paint.green(`The audit is whole: ${counted}.`) : paint.red(`The audit isn't whole: ${counted}.`),
    ...problems.map(({ place, message }) => (place === undefined ? message : `${place}: ${message}`)),
    ...(unsigned > 0 ? [`${countOf(unsigned, 'record')} since the last checkpoint.`] : []),
    ...(openIntents.length > 0
      ? [`${countOf(openIntents.length, 'call')} under way: ${openIntents.join(', ')}`]
      : []),
    ...heads.map(({ writer, epoch, seq, hash }) => `head ${writer}:${epoch}:${seq}:${hash}`),
  ];
}

/** A record that a search found. */
export interface FoundRecord {
  readonly place: string;
  readonly record: Pick<StoredRecord, 'kind' | 'time'> & Partial<StoredRecord>;
}

/** Records, one line each; what may be a long sentence comes last. */
export function printRecords(records: readonly FoundRecord[], { paint, columns }: CommandContext): string {
  const head = ['time', 'what', 'who', 'target', 'decision', 'record', 'outcome'].map(paint.bold);
  const rows = records.map(({ place, record }) => [
    record.time,
    visible(record.method === undefined ? record.kind : `${record.kind} ${record.method}`),
    visible(record.principal === undefined ? '' : `${record.principal.subject} of ${record.principal.owner}`),
    visible(record.target ?? record.server ?? ''),
    record.decision ?? verdictOf(record),
    paint.dim(place.replace(/^[0-9a-f-]{28}/, '…')),
    visible(
      record.error === undefined ? (record.outcome ?? '') : `${record.outcome ?? ''} ${record.error}`.trim(),
    ),
  ]);
  return printColumns(head, rows, columns);
}

/** What somebody decided on an approval. */
function verdictOf({ kind, detail }: FoundRecord['record']): string {
  if (kind !== 'approval.verdict' || typeof detail !== 'object' || detail === null) return '';
  return 'verdict' in detail && typeof detail.verdict === 'string' ? detail.verdict : '';
}
