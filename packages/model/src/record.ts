/** The kinds of audit records. Once released, a name keeps its meaning. */
export const recordKinds = [
  /** A finished read, list or refusal, in one record. */
  'call',
  /** A mutating call that is about to be forwarded; the record is durable first. */
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

/** How a call ended. `unknown`: it was forwarded but not answered, so it may have acted. */
export type Outcome = 'ok' | 'tool_error' | 'error' | 'refused' | 'waiting' | 'unknown' | 'cancelled';

/** A record's place: the writer's UUID, its epoch (one per start), and the position in the epoch, from 1. */
export interface RecordPlace {
  readonly writer: string;
  readonly epoch: number;
  readonly seq: number;
}

/** A record's place, and the SHA-256 of its stored text, `sha256:…`. */
export interface RecordRef extends RecordPlace {
  readonly hash: string;
}

/** Parsed JSON. The type is loose because it is only written out again. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/**
 * What a caller records. The store adds the place in the chain. A field that doesn't apply is omitted (or undefined).
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
  /** What the client calls itself: for display, never for deciding. */
  readonly client?: { readonly name: string; readonly version: string } | undefined;
  /** The version of the protocol. */
  readonly era?: string | undefined;
  readonly method?: string | undefined;
  readonly server?: string | undefined;
  /** The pinned source, as `sourceId` prints it. */
  readonly source?: string | undefined;
  /** As `printTarget` writes it: `files/write_file`. */
  readonly target?: string | undefined;
  readonly toolDigest?: string | undefined;
  readonly decision?: 'allow' | 'approve' | 'deny' | undefined;
  /** Why it was decided: `clause`, `not locked`, `condition error`, `quarantined`, … */
  readonly because?: string | undefined;
  /** The deciding clause in one line. */
  readonly clause?: string | undefined;
  /** Id of the approval. */
  readonly approval?: string | undefined;
  /** The redacted arguments; see `redactArguments`. */
  readonly arguments?: Json | undefined;
  /** SHA-256 over the salt and the canonical, unredacted arguments. */
  readonly commitment?: string | undefined;
  /** The encrypted salt of the commitment; auditors see it decrypted. */
  readonly salt?: string | undefined;
  /** The agent's reason. Untrusted. */
  readonly reason?: string | undefined;
  readonly durationMs?: number | undefined;
  readonly outcome?: Outcome | undefined;
  /** One sentence. */
  readonly error?: string | undefined;
  /** For an outcome: its intent. */
  readonly intent?: RecordPlace | undefined;
  readonly resultBytes?: number | undefined;
  readonly resultHash?: string | undefined;
  readonly traceId?: string | undefined;
  /** Further details, by kind. */
  readonly detail?: Json | undefined;
}

/** A record as stored, in canonical JSON. `writer` is its place in the chain. */
export interface StoredRecord extends NewRecord {
  /** The version of this format. */
  readonly v: number;
  /** Its place, and the hash of the record before it, which is null only for a writer's very first record. */
  readonly writer: {
    readonly id: string;
    readonly epoch: number;
    readonly seq: number;
    readonly prev: string | null;
  };
}

/** `writer:epoch:seq`: how places are shown and quoted. */
export function printPlace(place: RecordPlace): string {
  return `${place.writer}:${place.epoch}:${place.seq}`;
}

/** The inverse of {@link printPlace}; undefined for any other text. */
export function parsePlace(text: string): RecordPlace | undefined {
  const match = /^([0-9a-f-]{36}):(\d{1,15}):(\d{1,15})$/.exec(text);
  if (match === null) return undefined;
  return { writer: String(match[1]), epoch: Number(match[2]), seq: Number(match[3]) };
}

/** `writer:epoch:seq:hash`: a head, as `audit verify` prints and accepts it. */
export function printHead(head: RecordRef): string {
  return `${printPlace(head)}:${head.hash}`;
}

/** The inverse of {@link printHead}; undefined for any other text. */
export function parseHead(text: string): RecordRef | undefined {
  const match = /^(.*):(sha256:[0-9a-f]{64})$/.exec(text);
  const place = match === null ? undefined : parsePlace(String(match[1]));
  return place && { ...place, hash: String(match?.[2]) };
}
