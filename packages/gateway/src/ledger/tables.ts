/** One audit record; every column but `record` only repeats a field of it, for searching. */
export interface AuditRow {
  writer: string;
  epoch: number;
  seq: number;
  /** `sha256:` and the hex of the SHA-256 of `record`. */
  hash: string;
  /** The record: canonical JSON text. */
  record: string;
  time: number;
  kind: string;
  issuer: string | null;
  subject: string | null;
  owner: string | null;
  server: string | null;
  target: string | null;
  decision: string | null;
  outcome: string | null;
  approval: string | null;
}

/** Who writes: one row per state folder or replica. */
export interface WriterRow {
  /** A UUID. */
  writer: string;
  /** Raised at each start. */
  epoch: number;
  /** When this writer last showed that it lives. */
  heartbeat: number;
}

/** Intents whose outcome isn't recorded yet. */
export interface OpenIntentRow {
  /** Its place, as `printPlace` writes it. */
  intent: string;
  writer: string;
}

/** What the ledger keeps. */
export interface LedgerTables {
  audit: AuditRow;
  writers: WriterRow;
  open_intents: OpenIntentRow;
}
