import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { temporaryFolder } from '@lockstep/testing/folder';
import { beforeAll, describe, expect, it } from 'vitest';
import { openKeys } from '../keys/keys.ts';
import type { AuditRow } from '../ledger/tables.ts';
import { openStopped } from '../store/open-store.ts';
import { firstPlace, type History, makeHistory, tamper } from '../testing/history.ts';
import { callRecord, collect, openFolder } from '../testing/store.ts';
import { auditRows } from './pages.ts';
import { readCheckpointFile, verifyAudit, verifySource } from './verify.ts';

let history: History;
beforeAll(async () => {
  history = await makeHistory();
});
const verify = (changes: Partial<History> = {}) => verifyAudit({ ...history, ...changes });

describe('an untouched audit', () => {
  it('verifies, and returns its heads', async () => {
    const last = history.rows.at(-1);
    const found = await verify();
    expect(found).toMatchObject({
      ok: true,
      problems: [],
      records: history.rows.length,
      unsigned: 0,
      openIntents: [],
    });
    expect(found.heads).toEqual([{ writer: last?.writer, epoch: 2, seq: last?.seq, hash: last?.hash }]);
  });

  it('verifies when it is empty', async () => {
    expect(await verify({ rows: [], checkpoints: '' })).toMatchObject({ ok: true, records: 0 });
  });

  it("verifies while it grows, and counts what isn't signed yet", async () => {
    await using other = await temporaryFolder();
    const store = await openFolder(other.path);
    const { publicKeys } = await openKeys(other.path);
    await store.append(callRecord(), 'written');
    const intent = await store.append(callRecord({ kind: 'intent' }), 'durable');
    const found = await verifySource(store, { dataDir: other.path, publicKeys, expectHead: intent });
    expect(found).toMatchObject({ ok: true, records: 3, unsigned: 2, openIntents: [`${intent.writer}:1:3`] });
    await store.close();
  });
});

describe('changed checkpoints', () => {
  it('are found: any line altered, or any but the last removed', async () => {
    const lines = history.checkpoints.trimEnd().split('\n');
    for (const at of lines.keys()) {
      const altered = lines.with(
        at,
        String(lines[at]).replace('"clean":', '"clean" :').replace('"seq":', '"seq":1'),
      );
      expect((await verify({ checkpoints: `${altered.join('\n')}\n` })).ok, `line ${at + 1} altered`).toBe(
        false,
      );
      const removed = lines.toSpliced(at, 1);
      const ok = at === lines.length - 1;
      expect((await verify({ checkpoints: `${removed.join('\n')}\n` })).ok, `line ${at + 1} removed`).toBe(
        ok,
      );
    }
  });

  it("don't count if the last line was never finished", async () => {
    expect(await verify({ checkpoints: `${history.checkpoints}{"clean":fal` })).toMatchObject({ ok: true });
  });
});

describe('a cut tail', () => {
  it.each([1, 2, 5, 12])('of %i is found and reported after a clean shutdown', async (length) => {
    const cut = history.rows.slice(-length)[0] as AuditRow;
    const found = await tamper(history, (rows) => rows.slice(0, -length));
    expect(firstPlace(found)).toBe(`${cut.epoch}:${cut.seq}`);
    expect(found.problems[0]?.message).toContain('cut off');
  });

  it('is found without a clean shutdown if an earlier head is known', async () => {
    await using other = await temporaryFolder();
    const store = await openFolder(other.path);
    const { publicKeys } = await openKeys(other.path);
    await store.append(callRecord(), 'durable');
    const expectHead = await store.append(callRecord(), 'durable');
    const rows = await collect(auditRows(store));
    const checkpoints = await readCheckpointFile(other.path);
    await store.close();

    const cut = { rows: rows.slice(0, -1), checkpoints, publicKeys };
    expect(await verifyAudit({ ...cut })).toMatchObject({ ok: true });
    expect(await verifyAudit({ ...cut, rows, expectHead })).toMatchObject({ ok: true });
    const found = await verifyAudit({ ...cut, expectHead });
    expect(found).toMatchObject({ ok: false });
    expect(firstPlace(found)).toBe('1:3');
    const forged = { ...expectHead, hash: `sha256:${'0'.repeat(64)}` };
    expect(await verifyAudit({ ...cut, rows, expectHead: forged })).toMatchObject({ ok: false });
  });
});

describe('verifying a folder', () => {
  it('reports a row that was changed on the disk', async () => {
    await using other = await temporaryFolder();
    const store = await openFolder(other.path);
    await store.append(callRecord(), 'durable');
    await store.close();
    const { publicKeys } = await openKeys(other.path);
    const verifyFolder = async () => {
      const stopped = openStopped(other.path);
      try {
        return await verifySource(stopped, { dataDir: other.path, publicKeys });
      } finally {
        stopped.close();
      }
    };
    expect(await verifyFolder()).toMatchObject({ ok: true, records: 3 });

    const database = new DatabaseSync(join(other.path, 'gateway.db'));
    database.exec(`update audit set record = replace(record, 'ben', 'eve'), owner = 'eve' where seq = 2`);
    database.close();
    expect(firstPlace(await verifyFolder())).toBe('1:2');
  });

  it('continues after a checkpoint that was cut short by a crash', async () => {
    await using other = await temporaryFolder();
    await (await openFolder(other.path)).close();
    const path = join(other.path, 'checkpoints.jsonl');
    await writeFile(path, `${await readFile(path, 'utf8')}{"clean":`);
    const store = await openFolder(other.path);
    const { publicKeys } = await openKeys(other.path);
    expect(await verifySource(store, { dataDir: other.path, publicKeys })).toMatchObject({
      ok: true,
      checkpoints: 3,
    });
    await store.close();
  });

  it('says in one sentence that there is nothing to verify', async () => {
    await using other = await temporaryFolder();
    expect(() => openStopped(other.path)).toThrow(
      /^There is no audit in .*; name the state folder of a gateway\.$/,
    );
  });
});
