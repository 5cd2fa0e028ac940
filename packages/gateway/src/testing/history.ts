import type { Verification } from '@lockstep/model/admin';
import { temporaryFolder } from '@lockstep/testing/folder';
import { auditRows } from '../audit/pages.ts';
import { readCheckpointFile, verifyAudit } from '../audit/verify.ts';
import { openKeys } from '../keys/keys.ts';
import type { AuditRow } from '../ledger/tables.ts';
import { openStopped } from '../store/open-store.ts';
import { callRecord, collect, openFolder } from './store.ts';

/** An audit in a folder. */
export interface History {
  readonly rows: AuditRow[];
  readonly checkpoints: string;
  readonly publicKeys: readonly string[];
}

/** Two epochs of twelve records, each with a checkpoint in the middle and a clean shutdown. */
export async function makeHistory(): Promise<History> {
  await using folder = await temporaryFolder();
  const { path } = folder;
  for (const epoch of [1, 2]) {
    const store = await openFolder(path);
    for (let call = 0; call < 5; call += 1) {
      const record = callRecord({ approval: 'apr_1', server: `server-${epoch}`, target: `s/tool-${call}` });
      await store.append(record, 'written');
    }
    await store.checkpoint();
    for (let call = 0; call < 5; call += 1) {
      await store.append(callRecord({ target: `s/late-${call}` }), 'durable');
    }
    await store.close();
  }
  const { publicKeys } = await openKeys(path);
  const stopped = openStopped(path);
  try {
    const rows = await collect(auditRows(stopped));
    return { rows, checkpoints: await readCheckpointFile(path), publicKeys };
  } finally {
    stopped.close();
  }
}

/** Verifies a history after changing its rows. */
export function tamper(history: History, change: (rows: AuditRow[]) => AuditRow[]): Promise<Verification> {
  return verifyAudit({ ...history, rows: change(structuredClone(history.rows)) });
}

/** The first problem's place, without the writer: `epoch:seq`. */
export function firstPlace({ problems }: Verification): string | undefined {
  return problems[0]?.place?.split(':').slice(1).join(':');
}
