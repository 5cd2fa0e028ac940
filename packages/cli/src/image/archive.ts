import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Failure } from '../kernel/failure.ts';
import { runTool } from '../packages/tool.ts';
import type { Engine } from './engine.ts';

const indexSchema = z.object({ manifests: z.array(z.object({ digest: z.string() })).min(1) });
const builtSchema = z.record(z.string(), z.string());

/**
 * A folder of OCI archives for a cluster that pulls from no registry: `sha256-<digest>.tar` each, and `built.json`,
 * which says what each content came to, so that nothing is built twice.
 */
export interface Archives {
  /** The digest of what was built from this content before. */
  find(content: string): string | undefined;
  /** Writes an image of the engine's as an archive. @returns its digest. */
  add(content: string, engine: Engine, tag: string, reference: string): Promise<string>;
}

export function openArchives(folder: string): Archives {
  mkdirSync(folder, { recursive: true });
  const list = join(folder, 'built.json');
  const built: Record<string, string> = existsSync(list)
    ? builtSchema.parse(JSON.parse(readFileSync(list, 'utf8')))
    : {};
  return {
    find(content) {
      const digest = built[content];
      return digest !== undefined && existsSync(join(folder, archiveName(digest))) ? digest : undefined;
    },
    async add(content, engine, tag, reference) {
      const aside = join(folder, `${content}.tmp`);
      await engine.save(tag, aside, reference);
      const digest = await archiveDigest(aside);
      renameSync(aside, join(folder, archiveName(digest)));
      built[content] = digest;
      writeFileSync(list, `${JSON.stringify(built, null, 2)}\n`);
      return digest;
    },
  };
}

/** The file that holds the image of a digest. */
export function archiveName(digest: string): string {
  return `${digest.replace(':', '-')}.tar`;
}

/** The digest of an archive's manifest: what a cluster that imports it knows it by. */
async function archiveDigest(file: string): Promise<string> {
  const purpose = `${file} is no OCI archive (docker writes them since version 25)`;
  const parsed = indexSchema.safeParse(
    JSON.parse(await runTool('tar', ['-xOf', file, 'index.json'], { purpose })),
  );
  const digest = parsed.data?.manifests[0]?.digest;
  if (digest === undefined) throw new Failure(`${purpose}.`);
  return digest;
}
