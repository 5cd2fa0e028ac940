import { temporaryFolder } from '@lockstep/testing/folder';
import { startProgram } from '@lockstep/testing/process';
import { describe, expect, it } from 'vitest';
import { auditRows } from '../audit/pages.ts';
import { verifySource } from '../audit/verify.ts';
import { openKeys } from '../keys/keys.ts';
import { collect, openFolder } from '../testing/store.ts';

/** Reads lines until there are `count`, kills the process, and reads what it had printed before that. */
async function killAfter(child: ReturnType<typeof startProgram>, count: number): Promise<string[]> {
  const lines: string[] = [];
  while (lines.length < count) {
    const { value, done } = await child.lines.next();
    if (done) throw new Error('the writer ended by itself');
    lines.push(value);
  }
  await child.kill();
  for (let next = await child.lines.next(); !next.done; next = await child.lines.next())
    lines.push(next.value);
  return lines.slice(1);
}

describe('kill -9 during writes', () => {
  it('loses nothing that was acknowledged, keeps the chain whole and leaves no intent open', async () => {
    await using folder = await temporaryFolder();
    const { publicKeys } = await openKeys(folder.path);
    for (const count of [2, 40, 333, 1500, 100]) {
      await using child = startProgram(new URL('../testing/writer.ts', import.meta.url), [folder.path, '20']);
      const acknowledged = await killAfter(child, count);

      const store = await openFolder(folder.path);
      const rows = await collect(auditRows(store));
      const stored = new Set(rows.map(({ hash }) => hash));
      expect(acknowledged.filter((hash) => !stored.has(hash))).toEqual([]);
      const verified = await verifySource(store, { dataDir: folder.path, publicKeys });
      expect(verified).toMatchObject({ problems: [], openIntents: [] });
      const kinds = Object.groupBy(rows, ({ kind }) => kind);
      expect(kinds.outcome?.length ?? 0).toBe(kinds.intent?.length ?? 0);
      await store.close();
    }
  });
});
