import { readFileSync } from 'node:fs';
import type { Project } from '../end-to-end/project.ts';
import type { Running } from '../end-to-end/running.ts';

/** The parts of an audit record that these tests look at. */
export interface FoundRecord {
  readonly kind: string;
  readonly writer: { id: string; epoch: number; seq: number };
  readonly target?: string;
  readonly approval?: string;
  readonly outcome?: string;
  readonly arguments?: Record<string, unknown>;
  readonly intent?: { writer: string; epoch: number; seq: number };
}

/** Reads every record, as `lockstep audit export` writes them. */
export async function readAudit(project: Project, up: Running, path: string): Promise<FoundRecord[]> {
  const LOCKSTEP_TOKEN = await up.token({ subject: 'auditor', roles: ['auditor'], audience: 'admin' });
  const exported = await project.lockstep(['audit', 'export', '--out', path], { LOCKSTEP_TOKEN });
  if (exported.code !== 0) throw new Error(`no export: ${exported.stderr}`);
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as FoundRecord)
    .filter((record) => record.kind !== undefined);
}

/** `writer:epoch:seq`. */
export function placeOf({ writer, epoch, seq }: { writer: string; epoch: number; seq: number }): string {
  return `${writer}:${epoch}:${seq}`;
}
