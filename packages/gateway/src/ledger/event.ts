// The store's thread loads this file; loading the whole model would cost ten times the memory.
import { canonicalJson } from '@lockstep/model/canonical';
import type { Json, NewRecord, RecordPlace } from '@lockstep/model/record';
import { blankSecrets } from '@lockstep/model/secret-detector';
import type { AuditRow } from './tables.ts';

/** The version of the record format. */
export const recordVersion = 1;

/**
 * A record's canonical JSON (RFC 8785), without its place in the chain yet. Every call needs it, so the keys are
 * written here in order: JSON.stringify costs a fifth of what a sorting library costs. Texts that others wrote lose
 * their secrets here, since no record is ever deleted.
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
  // These keys sort between the others. Calls have no `detail`, and records with one are rare enough for the library.
  if (detail !== undefined)
    return canonicalText({ ...rest, approval, arguments: args, detail: withoutSecrets(detail) });
  const first = approval === undefined ? '' : `"approval":${JSON.stringify(approval)},`;
  const second = args === undefined ? '' : `"arguments":${canonicalText(args)},`;
  return wellFormed(`{${first}${second}${JSON.stringify(rest).slice(1)}`);
}

/** Blanks by shape alone: in details, `token` is the public name of a token. */
function withoutSecrets(detail: Json): Json {
  if (typeof detail === 'string') return blankSecrets(detail);
  if (typeof detail !== 'object' || detail === null) return detail;
  if (Array.isArray(detail)) return detail.map(withoutSecrets);
  const members = Object.entries(detail).map(([key, value]) => [key, value && withoutSecrets(value)]);
  return Object.fromEntries(members) as Json;
}

/** Canonical JSON can't express a lone surrogate; U+FFFD takes its place. */
function canonicalText(value: unknown): string {
  try {
    return canonicalJson(value);
  } catch {
    return canonicalJson(JSON.parse(wellFormed(JSON.stringify(value))));
  }
}

/** Replaces the escapes that JSON.stringify writes for lone surrogates, and no others. */
function wellFormed(text: string): string {
  if (!text.includes('\\ud')) return text;
  return text.replace(/(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g, '$1\ufffd');
}

/**
 * The stored text of a record: the event, and `writer`, which sorts after every other key, with its place and the
 * hash of the record before it.
 */
export function placeEvent(
  event: string,
  { writer, epoch, seq }: RecordPlace,
  previous: string | null,
): string {
  const prev = previous === null ? 'null' : `"${previous}"`;
  return `${event.slice(0, -1)},"writer":{"epoch":${epoch},"id":"${writer}","prev":${prev},"seq":${seq}}}`;
}

/** The fields of a record that columns repeat, for searching. `verify` checks that they agree. */
type Columns = Omit<AuditRow, 'writer' | 'epoch' | 'seq' | 'hash' | 'record'>;

/** The names of the columns, in the order of {@link columnValues}. */
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
 * The values of the columns, in order.
 *
 * @throws Error if the record's time isn't valid.
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
