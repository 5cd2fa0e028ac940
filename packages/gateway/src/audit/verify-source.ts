import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecordRef } from '@lockstep/model/record';
import { auditRows } from './pages.ts';
import type { AuditSource } from './source.ts';
import { type Verification, verifyAudit } from './verify.ts';

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
