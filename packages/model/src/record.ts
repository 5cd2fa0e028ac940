/** What the audit speaks of. A name, once released, keeps its meaning. */
export const recordKinds = [
  /** A finished read, list or refusal: everything about it in one record. */
  'call',
  /** A mutating call about to be forwarded; durable before it is. */
  'intent',
  /** How the call of an intent ended. */
  'outcome',
  'signin.refused',
  'approval.requested',
  'approval.verdict',
  'approval.used',
  /** Expired, voided, revoked or denied; `detail` says which. */
  'approval.closed',
  'quarantine',
  'quarantine.lifted',
  'bundle.loaded',
  'bundle.rejected',
  'gateway.started',
  'gateway.stopped',
  'token.created',
  'token.revoked',
  'server.started',
  'server.stopped',
  /** A server did not come up. */
  'server.failed',
] as const;
export type RecordKind = (typeof recordKinds)[number];

/** How a call ended. `unknown`: forwarded, and no answer came; it may have acted. */
export type Outcome = 'ok' | 'tool_error' | 'error' | 'refused' | 'waiting' | 'unknown' | 'cancelled';

/** Where a record stands: the writer's UUID, its epoch (one per start), and the place in the epoch from 1. */
export interface RecordPlace {
  readonly writer: string;
  readonly epoch: number;
  readonly seq: number;
}

/** A record's place, and the SHA-256 of its stored text, `sha256:…`. */
export interface RecordRef extends RecordPlace {
  readonly hash: string;
}

/** JSON as parsed; kept loose, since it's only ever written out again. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/**
 * What a caller records. The store adds its place in the chain. A field that doesn't apply is left out
 * (or undefined).
 */
export interface NewRecord {
  readonly kind: RecordKind;
  /** When it happened: ISO 8601 in UTC with milliseconds, as `Date.prototype.toISOString` writes it. */
  readonly time: string;
  readonly environment: string;
  /** Digest of the bundle in force. */
  readonly bundle?: string | undefined;
  readonly principal?:
    | {
        readonly issuer: string;
        readonly subject: string;
        readonly owner: string;
        readonly roles: readonly string[];
      }
    | undefined;
  /** Id of the token that was presented. */
  readonly credential?: string | undefined;
  /** What the client calls itself; never decided on. */
  readonly client?: { readonly name: string; readonly version: string } | undefined;
  /** The protocol version spoken. */
  readonly era?: string | undefined;
  readonly method?: string | undefined;
  readonly server?: string | undefined;
  /** The pinned source, as `sourceId` prints it. */
  readonly source?: string | undefined;
  /** As `printTarget` writes it: `files/write_file`. */
  readonly target?: string | undefined;
  readonly toolDigest?: string | undefined;
  readonly decision?: 'allow' | 'approve' | 'deny' | undefined;
  /** Why it was decided so: `clause`, `not locked`, `condition error`, `quarantined`, … */
  readonly because?: string | undefined;
  /** The deciding clause in one line. */
  readonly clause?: string | undefined;
  /** Id of the approval. */
  readonly approval?: string | undefined;
  /** What was passed, redacted; see `redactArguments`. */
  readonly arguments?: Json | undefined;
  /** SHA-256 over salt and canonical arguments, unredacted. */
  readonly commitment?: string | undefined;
  /** The commitment's salt, sealed; opened for auditors. */
  readonly salt?: string | undefined;
  /** What the agent gave as its reason. Untrusted. */
  readonly reason?: string | undefined;
  readonly durationMs?: number | undefined;
  readonly outcome?: Outcome | undefined;
  /** One sentence. */
  readonly error?: string | undefined;
  /** For an outcome: the intent that it ends. */
  readonly intent?: RecordPlace | undefined;
  readonly resultBytes?: number | undefined;
  readonly resultHash?: string | undefined;
  readonly traceId?: string | undefined;
  /** What other kinds have to say. */
  readonly detail?: Json | undefined;
}

/** A record as stored: canonical JSON, its place in the chain under `writer`. */
export interface StoredRecord extends NewRecord {
  /** The version of this format. */
  readonly v: number;
  /** Its place, and the hash of the record before it: null only for a writer's very first. */
  readonly writer: {
    readonly id: string;
    readonly epoch: number;
    readonly seq: number;
    readonly prev: string | null;
  };
}

/** `writer:epoch:seq`, the way places are shown and quoted. */
export function printPlace(place: RecordPlace): string {
  return `${place.writer}:${place.epoch}:${place.seq}`;
}

/** The inverse of {@link printPlace}; undefined when it isn't one. */
export function parsePlace(text: string): RecordPlace | undefined {
  const match = /^([0-9a-f-]{36}):(\d{1,15}):(\d{1,15})$/.exec(text);
  if (match === null) return undefined;
  return { writer: String(match[1]), epoch: Number(match[2]), seq: Number(match[3]) };
}

/** `writer:epoch:seq:hash`: a head, as `audit verify` prints it and takes it back. */
export function printHead(head: RecordRef): string {
  return `${printPlace(head)}:${head.hash}`;
}

/** The inverse of {@link printHead}; undefined when it isn't one. */
export function parseHead(text: string): RecordRef | undefined {
  const match = /^(.*):(sha256:[0-9a-f]{64})$/.exec(text);
  const place = match === null ? undefined : parsePlace(String(match[1]));
  return place && { ...place, hash: String(match?.[2]) };
}
