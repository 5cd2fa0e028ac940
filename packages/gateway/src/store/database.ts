import type { ApprovalTables } from '../approvals/tables.ts';
import type { ArchiveTables } from '../archive/tables.ts';
import type { TokenTables } from '../identity/tables.ts';

/**
 * The tables. Each part of the gateway declares its own beside its code and is listed here.
 *
 * Conventions, the same on SQLite and PostgreSQL: times are integers, milliseconds since 1970; booleans are
 * 0 or 1; structured values are JSON text.
 */
export interface Database extends AuditTables, ApprovalTables, ArchiveTables, TokenTables {}

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

export interface AuditTables {
  audit: AuditRow;
  writers: WriterRow;
  open_intents: OpenIntentRow;
}
