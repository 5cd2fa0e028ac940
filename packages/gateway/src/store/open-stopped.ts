import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { kyselyOver, lockFolder } from '@lockstep/database/sqlite';
import type { AuditSource } from '../audit/pages.ts';

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
  const unlock = lockFolder(dataDir, 'gateway');
  // Not read-only: after a kill, SQLite must first take over what is still in its log.
  const connection = new DatabaseSync(path, { timeout: 5000 });
  connection.exec('pragma query_only = on');
  const db = kyselyOver<never>(connection);
  return {
    query: ({ run }, input) => run(db, input),
    close() {
      connection.close();
      unlock();
    },
  };
}
