import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sha256 } from '@lockstep/model';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openKeys } from '../keys/keys.ts';
import type { AuditRow } from '../store/database.ts';
import { callRecord, collect, openFolder, temporaryFolder } from '../testing/folder.ts';
import { columnNames, columnValues } from './columns.ts';
import { auditRows } from './pages.ts';
import type { StoredRecord } from './record.ts';
import { openStopped, readCheckpointFile, verifySource } from './stopped.ts';
import { type Verification, verifyAudit } from './verify.ts';

/** A history of two epochs, each shut down cleanly, as it lies in the folder. */
interface History {
  readonly rows: AuditRow[];
  readonly checkpoints: string;
  readonly publicKeys: readonly string[];
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let history: History;

beforeAll(async () => {
  folder = await temporaryFolder();
  for (const epoch of [1, 2]) {
    const store = await openFolder(folder.path);
    for (let call = 0; call < 5; call += 1) {
      await store.append(
        callRecord({ approval: 'apr_1', server: `server-${epoch}`, target: `s/tool-${call}` }),
        'written',
      );
    }
    await store.checkpoint();
    for (let call = 0; call < 5; call += 1)
      await store.append(callRecord({ target: `s/late-${call}` }), 'durable');
    await store.close();
  }
  history = await readHistory();
});
afterAll(() => folder[Symbol.asyncDispose]());

async function readHistory(): Promise<History> {
  const { publicKeys } = await openKeys(folder.path);
  const stopped = openStopped(folder.path);
  try {
    return {
      rows: await collect(auditRows(stopped)),
      checkpoints: await readCheckpointFile(folder.path),
      publicKeys,
    };
  } finally {
    stopped.close();
  }
}

const verify = (changes: Partial<Parameters<typeof verifyAudit>[0]> = {}) =>
  verifyAudit({ ...history, ...changes });

/** Verifies the history with its rows changed. */
const tamper = (change: (rows: AuditRow[]) => AuditRow[]): Promise<Verification> =>
  verify({ rows: change(structuredClone(history.rows)) });

/** The first problem's place, without the writer. */
function firstPlace({ problems }: Verification): string | undefined {
  return problems[0]?.place?.split(':').slice(1).join(':');
}

/** What an attacker does who can write the database: every text, hash and column agrees again. */
function recompute(rows: readonly AuditRow[]): AuditRow[] {
  let prev: string | null = null;
  return rows.map((row) => {
    const record: StoredRecord = JSON.parse(row.record);
    const text: string = JSON.stringify({
      ...record,
      writer: { epoch: row.epoch, id: row.writer, prev, seq: row.seq },
    });
    const columns = Object.fromEntries(columnNames.map((name, at) => [name, columnValues(record)[at]]));
    prev = sha256(text);
    return { ...row, ...columns, record: text, hash: prev } as AuditRow;
  });
}

const rowAt = fc.nat().map((at) => at % history.rows.length);

describe('an untouched audit', () => {
  it('verifies, and tells its heads', async () => {
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

  it('verifies while it grows: what isn’t signed yet is counted', async () => {
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

describe('a changed row', () => {
  const columns = ['writer', 'epoch', 'seq', 'hash', 'record', ...columnNames] as const;

  it.each(columns)('is found when its %s was changed', async (column) => {
    const other = (value: string | number | null) =>
      typeof value === 'number' ? value + 100 : `${value ?? ''}x`;
    await fc.assert(
      fc.asyncProperty(rowAt, async (at) => {
        const found = await tamper((rows) =>
          rows.map((row, index) => (index === at ? { ...row, [column]: other(row[column]) } : row)),
        );
        expect(found.ok).toBe(false);
      }),
      { numRuns: 20 },
    );
  });

  it('is named first, with the reason', async () => {
    const found = await tamper((rows) =>
      rows.map((row, at) => (at === 3 ? { ...row, target: 's/other' } : row)),
    );
    expect(firstPlace(found)).toBe('1:4');
    expect(found.problems).toHaveLength(1);
    expect(found.problems[0]?.message).toContain('target');
  });

  it('is found when only a few of its bytes changed, and the hash with them', async () => {
    const found = await tamper((rows) =>
      rows.map((row, at) => {
        const record = row.record.replace('files/read_file', 'files/read_fil3').replace('tool-2', 'tool-9');
        return at === 3 ? { ...row, record, hash: sha256(record), target: 's/tool-9' } : row;
      }),
    );
    // The row agrees with itself: the next one gives it away.
    expect(firstPlace(found)).toBe('1:5');
  });
});

describe('rows removed, inserted or reordered', () => {
  it('are found wherever a row was removed', async () => {
    for (const [at, row] of history.rows.entries()) {
      const found = await tamper((rows) => rows.toSpliced(at, 1));
      expect(found.ok, `without ${row.epoch}:${row.seq}`).toBe(false);
      if (at + 1 < history.rows.length) expect(firstPlace(found)).toBe(`${row.epoch}:${row.seq}`);
    }
  });

  it('are found when a whole epoch was removed', async () => {
    expect(firstPlace(await tamper((rows) => rows.filter(({ epoch }) => epoch !== 1)))).toBe('1:1');
    expect(firstPlace(await tamper((rows) => rows.filter(({ epoch }) => epoch !== 2)))).toBe('2:1');
  });

  it('are found when everything was removed', async () => {
    expect(await tamper(() => [])).toMatchObject({ ok: false });
  });

  it('are found when one was inserted, numbers shifted', async () => {
    const found = await tamper((rows) => {
      const shifted = rows.map((row) =>
        row.epoch === 1 && row.seq > 4 ? { ...row, seq: row.seq + 1 } : row,
      );
      return shifted.toSpliced(4, 0, { ...(rows[3] as AuditRow), seq: 5 });
    });
    expect(firstPlace(found)).toBe('1:5');
  });

  it('are found when one was added at the end, however well it fits', async () => {
    const found = await tamper((rows) =>
      recompute([...rows, { ...(rows.at(-1) as AuditRow), seq: rows.length / 2 + 1 }]),
    );
    expect(found.ok).toBe(false);
  });

  it('are found when two changed places', async () => {
    await fc.assert(
      fc.asyncProperty(rowAt, rowAt, async (a, b) => {
        fc.pre(a !== b);
        const found = await tamper((rows) => {
          const [left, right] = [rows[a], rows[b]] as [AuditRow, AuditRow];
          const swapped = {
            [a]: { ...right, epoch: left.epoch, seq: left.seq },
            [b]: { ...left, epoch: right.epoch, seq: right.seq },
          };
          return rows.map((row, at) => swapped[at] ?? row);
        });
        expect(found.ok).toBe(false);
      }),
      { numRuns: 30 },
    );
  });
});

describe('a recomputed chain', () => {
  it('agrees with itself, and fails against the checkpoints', async () => {
    await fc.assert(
      fc.asyncProperty(rowAt, async (at) => {
        const changed = history.rows.map((row, index) =>
          index === at ? { ...row, record: row.record.replace('"v":1', '"traceId":"forged","v":1') } : row,
        );
        const found = await verify({ rows: recompute(changed) });
        expect(found.ok).toBe(false);
        // Nothing but a checkpoint can tell.
        expect(found.problems.every(({ message }) => message.includes('checkpoint'))).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('is found when the forger has other keys', async () => {
    await using other = await temporaryFolder();
    const forger = await openKeys(other.path);
    expect(await verify({ publicKeys: forger.publicKeys })).toMatchObject({ ok: false });
  });

  it('is found when the checkpoints are gone', async () => {
    expect(await verify({ rows: recompute(history.rows), checkpoints: '' })).toMatchObject({ ok: false });
  });
});

describe('changed checkpoints', () => {
  it('are found: each line altered, and each but the last removed', async () => {
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

  it('don’t count when the last line was never finished', async () => {
    expect(await verify({ checkpoints: `${history.checkpoints}{"clean":fal` })).toMatchObject({ ok: true });
  });
});

describe('a cut tail', () => {
  it.each([1, 2, 5, 12])('of %i is found after a clean shutdown, and named', async (length) => {
    const cut = history.rows.slice(-length)[0] as AuditRow;
    const found = await tamper((rows) => rows.slice(0, -length));
    expect(firstPlace(found)).toBe(`${cut.epoch}:${cut.seq}`);
    expect(found.problems[0]?.message).toContain('cut off');
  });

  it('is found without a clean shutdown by a head noted earlier', async () => {
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

describe('on the disk', () => {
  it('a row that was changed there is named by verifying the folder', async () => {
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

  it('goes on after a checkpoint that was cut short by a crash', async () => {
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

  it('says so in one sentence when there is nothing to verify', async () => {
    await using other = await temporaryFolder();
    expect(() => openStopped(other.path)).toThrow(
      /^There is no audit in .*; name the state folder of a gateway\.$/,
    );
  });
});
