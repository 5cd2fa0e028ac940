import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { RecordRef } from '@lockstep/model/record';
import { lockFolder } from '../store/lock.ts';
import { queries } from '../store/operations.ts';
import { kyselyOver } from '../store/sqlite.ts';
import type { Query } from '../store/transaction.ts';
import { auditRows } from './pages.ts';
import type { AuditSource } from './source.ts';
import { type Verification, verifyAudit } from './verify.ts';

/** A stopped gateway's audit; nothing can write it meanwhile. */
export interface StoppedAudit extends AuditSource {
  close(): void;
}

/**
 * Opens the audit of a gateway that doesn't run.
 *
 * @param dataDir `<state>/<env>/data`
 * @throws Error in one sentence when there is none, or its gateway runs.
 */
export function openStopped(dataDir: string): StoppedAudit {
  const path = join(dataDir, 'gateway.db');
  if (!existsSync(path))
    throw new Error(`There is no audit in ${dataDir}; name the state folder of a gateway.`);
  const unlock = lockFolder(dataDir);
  // Not read-only: after a kill, SQLite must first take over what is still in its log.
  const connection = new DatabaseSync(path, { timeout: 5000 });
  connection.exec('pragma query_only = on');
  const db = kyselyOver(connection);
  return {
    query: (name, input) => (queries[name] as unknown as Query<typeof input, never>)(db, input),
    close() {
      connection.close();
      unlock();
    },
  };
}

/** `checkpoints.jsonl` of a data folder; empty when there is none. */
export async function readCheckpointFile(dataDir: string): Promise<string> {
  const path = join(dataDir, 'checkpoints.jsonl');
  return existsSync(path) ? readFile(path, 'utf8') : '';
}

/**
 * Verifies an audit: its chains, its checkpoints, and what is known of its heads.
 *
 * @param source a running store, or {@link openStopped}.
 */
export async function verifySource(
  source: AuditSource,
  options: {
    readonly dataDir: string;
    readonly publicKeys: readonly string[];
    readonly expectHead?: RecordRef | undefined;
  },
): Promise<Verification> {
  const { dataDir, publicKeys, expectHead } = options;
  const checkpoints = await readCheckpointFile(dataDir);
  return verifyAudit({ rows: auditRows(source), checkpoints, publicKeys, expectHead });
}
