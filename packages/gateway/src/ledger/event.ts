// The store's thread loads this: the whole of the model would cost it ten times the memory.
import { canonicalJson } from '@lockstep/model/canonical';
import type { Json, NewRecord, RecordPlace } from '@lockstep/model/record';
import { blankSecrets } from '@lockstep/model/secret-detector';
import type { AuditRow } from './tables.ts';

/** The version of the records' format. */
export const recordVersion = 1;

/**
 * A record's canonical JSON (RFC 8785), still without its place in the chain. It is on the path of every call:
 * the keys are written down in their order here, since JSON.stringify costs a fifth of a library that sorts. Texts
 * that others wrote come without the secrets in them, since no record is ever deleted.
 */
export function eventText(record: NewRecord): string {
  const { approval, arguments: args, detail } = record;
  const rest = {
    because: record.because,
    bundle: record.bundle,
    clause: record.clause,
    client: record.client && {
      name: blankSecrets(record.client.name),
      version: blankSecrets(record.client.version),
    },
    commitment: record.commitment,
    credential: record.credential,
    decision: record.decision,
    durationMs: record.durationMs,
    environment: record.environment,
    era: record.era,
    error: record.error && blankSecrets(record.error),
    intent: record.intent && {
      epoch: record.intent.epoch,
      seq: record.intent.seq,
      writer: record.intent.writer,
    },
    kind: record.kind,
    method: record.method && blankSecrets(record.method),
    outcome: record.outcome,
    principal: record.principal && {
      issuer: record.principal.issuer,
      owner: record.principal.owner,
      roles: record.principal.roles,
      subject: record.principal.subject,
    },
    reason: record.reason && blankSecrets(record.reason),
    resultBytes: record.resultBytes,
    resultHash: record.resultHash,
    salt: record.salt,
    server: record.server,
    source: record.source,
    target: record.target,
    time: record.time,
    toolDigest: record.toolDigest,
    traceId: record.traceId,
    v: recordVersion,
  };
  // It would stand between two of the others. No call has details; what has some is rare enough for the library.
  if (detail !== undefined)
    return canonicalText({ ...rest, approval, arguments: args, detail: withoutSecrets(detail) });
  const first = approval === undefined ? '' : `"approval":${JSON.stringify(approval)},`;
  const second = args === undefined ? '' : `"arguments":${canonicalText(args)},`;
  return wellFormed(`{${first}${second}${JSON.stringify(rest).slice(1)}`);
}

/** By their shapes alone: in details, `token` is the public name of one. */
function withoutSecrets(detail: Json): Json {
  if (typeof detail === 'string') return blankSecrets(detail);
  if (typeof detail !== 'object' || detail === null) return detail;
  if (Array.isArray(detail)) return detail.map(withoutSecrets);
  const members = Object.entries(detail).map(([key, value]) => [key, value && withoutSecrets(value)]);
  return Object.fromEntries(members) as Json;
}

/** Canonical JSON has no word for a lone surrogate; U+FFFD takes its place. */
function canonicalText(value: unknown): string {
  try {
    return canonicalJson(value);
  } catch {
    return canonicalJson(JSON.parse(wellFormed(JSON.stringify(value))));
  }
}

/** Replaces the escapes that JSON.stringify writes for lone surrogates, and for nothing else. */
function wellFormed(text: string): string {
  if (!text.includes('\\ud')) return text;
  return text.replace(/(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g, '$1\ufffd');
}

/**
 * The stored text of a record: the event, and under `writer`, which sorts after every other key, its place and
 * the hash of the record before it.
 */
export function placeEvent(
  event: string,
  { writer, epoch, seq }: RecordPlace,
  previous: string | null,
): string {
  const prev = previous === null ? 'null' : `"${previous}"`;
  return `${event.slice(0, -1)},"writer":{"epoch":${epoch},"id":"${writer}","prev":${prev},"seq":${seq}}}`;
}

/** What is repeated of a record in columns, for searching. `verify` checks that they agree with it. */
type Columns = Omit<AuditRow, 'writer' | 'epoch' | 'seq' | 'hash' | 'record'>;

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
