import type { ApprovalTables } from '../approvals/tables.ts';
import type { ArchiveTables } from '../archive/tables.ts';
import type { TokenTables } from '../identity/tables.ts';
import type { LedgerTables } from '../ledger/tables.ts';

/**
 * The tables. Each part of the gateway declares its own beside its code and is listed here.
 *
 * Conventions, the same on SQLite and PostgreSQL: times are integers, milliseconds since 1970; booleans are
 * 0 or 1; structured values are JSON text.
 */
export interface Database extends LedgerTables, ApprovalTables, ArchiveTables, TokenTables {}
