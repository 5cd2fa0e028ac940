import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { operation, query } from '@lockstep/database';
import type { NewRecord, StoredRecord } from '@lockstep/model/record';
import { temporaryFolder } from '@lockstep/testing/folder';
import { startProgram } from '@lockstep/testing/process';
import { eventually } from '@lockstep/testing/until';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { auditHeads, auditRows } from '../audit/pages.ts';
import { verifySource } from '../audit/verify.ts';
import { openKeys } from '../keys/keys.ts';
import { appendAll, type Store } from '../ledger/store-port.ts';
import { callRecord, collect, openFolder } from '../testing/store.ts';
import { openStopped } from './open-store.ts';

const recordsOf = async (store: Pick<Store, 'query'>): Promise<StoredRecord[]> =>
  (await collect(auditRows(store))).map(({ record }) => JSON.parse(record));

describe('an open store', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let store: Store;
  beforeAll(async () => {
    folder = await temporaryFolder();
    store = await openFolder(folder.path);
  });
  afterAll(async () => {
    await store?.close();
    await folder[Symbol.asyncDispose]();
  });

  it('chains all simultaneous records without a gap', async () => {
    const { seq: before } = await store.append(callRecord(), 'written');
    const refs = await Promise.all(
      Array.from({ length: 300 }, (_, at) =>
        store.append(callRecord(), at % 7 === 0 ? 'durable' : 'written'),
      ),
    );
    expect(refs.map(({ seq }) => seq)).toEqual(refs.map((_, at) => before + 1 + at));
    const stored = (await recordsOf(store)).slice(-300);
    expect(stored.slice(1).map(({ writer }) => writer.prev)).toEqual(
      refs.slice(0, -1).map(({ hash }) => hash),
    );
  });

  it('shows queries everything that was answered before', async () => {
    for (const durability of ['written', 'durable'] as const) {
      const ref = await store.append(callRecord(), durability);
      expect(await store.query(auditHeads, null)).toEqual([ref]);
    }
    const refs = await store.transact(appendAll, [callRecord(), callRecord()]);
    expect(await store.query(auditHeads, null)).toEqual([refs[1]]);
  });

  it('says how long its oldest record has waited, and counts no query', async () => {
    expect(store.lag()).toBe(0);
    const asked = performance.now();
    const writing = store.append(callRecord(), 'durable');
    await vi.waitFor(() => expect(store.lag()).toBeGreaterThan(0), { interval: 0 });
    expect(store.lag()).toBeLessThanOrEqual((performance.now() - asked) / 1000);
    await writing;
    const asking = store.query(auditHeads, null);
    expect(store.lag()).toBe(0);
    await asking;
  });

  it('rolls back an operation that fails, and nothing else of the same moment', async () => {
    const before = (await recordsOf(store)).length;
    const wrong = callRecord({ time: 'yesterday' });
    const results = await Promise.allSettled([
      store.append(callRecord({ target: 'files/a' }), 'written'),
      store.transact(appendAll, [callRecord({ target: 'files/b' })]),
      store.transact(appendAll, [callRecord({ target: 'files/never' }), wrong]),
      store.transact(appendAll, [callRecord({ target: 'files/c' })]),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect((await recordsOf(store)).slice(before).map(({ target }) => target)).toEqual([
      'files/a',
      'files/b',
      'files/c',
    ]);
  });

  it('says what is wrong with a record or with a name', async () => {
    await expect(store.append(callRecord({ time: 'now' }), 'written')).rejects.toThrow(
      "A record's time must be ISO 8601, not now.",
    );
    await expect(
      store.transact(
        operation('nonsense', async () => null),
        null,
      ),
    ).rejects.toThrow('no operation nonsense');
    await expect(store.transact(appendAll, [() => 1] as never)).rejects.toThrow(
      "can't be sent to its thread",
    );
    await expect(
      store.query(
        query('nonsense', async () => null),
        null,
      ),
    ).rejects.toThrow('no query nonsense');
  });

  it('is refused to a second gateway, in this process or in another', async () => {
    await expect(openFolder(folder.path)).rejects.toThrow(
      /^Another gateway runs on .*; stop it, or choose another state folder\.$/,
    );
    expect(() => openStopped(folder.path)).toThrow(/^Another gateway runs on/);
    await store.append(callRecord(), 'durable');
  });
});

describe('a folder', () => {
  it('is refused while another process uses it, and free as soon as that process is killed', async () => {
    await using folder = await temporaryFolder();
    await using other = startProgram(new URL('../testing/writer.ts', import.meta.url), [folder.path]);
    expect((await other.lines.next()).value).toBe('ready');
    await expect(openFolder(folder.path)).rejects.toThrow(/^Another gateway runs on/);
    await other.kill();
    const store = await openFolder(folder.path);
    expect(store.writer.epoch).toBe(2);
    await store.close();
  });

  it('begins an epoch at each start, which names the last record of the one before', async () => {
    await using folder = await temporaryFolder();
    const first = await openFolder(folder.path);
    const { writer } = first;
    await first.append(callRecord(), 'written');
    await first.close();
    const second = await openFolder(folder.path);
    expect(second.writer).toEqual({ id: writer.id, epoch: 2 });
    const rows = await collect(auditRows(second));
    const records: StoredRecord[] = rows.map(({ record }) => JSON.parse(record));
    expect(records.map(({ kind, writer: { epoch, seq } }) => `${epoch}:${seq} ${kind}`)).toEqual([
      '1:1 gateway.started',
      '1:2 call',
      '1:3 gateway.stopped',
      '2:1 gateway.started',
    ]);
    expect(records[0]?.writer.prev).toBeNull();
    expect(records[3]?.writer.prev).toBe(rows[2]?.hash);
    expect(records[3]?.detail).toMatchObject({ previous: { epoch: 1, seq: 3, hash: rows[2]?.hash } });
    await second.close();
  });

  it('closes calls that the last epoch left open as unknown, once', async () => {
    await using folder = await temporaryFolder();
    const first = await openFolder(folder.path);
    const call: NewRecord = callRecord({
      kind: 'intent',
      target: 'files/write_file',
      approval: 'apr_1',
      commitment: 'c',
      salt: 's',
    });
    const open = await first.append(call, 'durable');
    const ended = await first.append(call, 'durable');
    await first.append(callRecord({ kind: 'outcome', intent: ended }), 'written');
    await first.close();
    for (const unknown of [1, 1]) {
      const store = await openFolder(folder.path);
      const outcomes = (await recordsOf(store)).filter(
        ({ kind, outcome }) => kind === 'outcome' && outcome === 'unknown',
      );
      expect(outcomes).toHaveLength(unknown);
      const { hash: _, ...place } = open;
      expect(outcomes[0]).toMatchObject({
        intent: place,
        target: 'files/write_file',
        approval: 'apr_1',
        principal: { owner: 'ben' },
      });
      expect(outcomes[0]).not.toHaveProperty('arguments');
      await store.close();
    }
  });

  it("is refused in one sentence when it can't be used", async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'file');
    await writeFile(file, 'x'.repeat(4096));
    await expect(openFolder(folder.path, { dataDir: join(file, 'data') })).rejects.toThrow(
      /^The state folder .*file\/data can't be used \(.*\); correct its path or its owner\.$/,
    );
    await writeFile(join(folder.path, 'gateway.db'), 'x'.repeat(4096));
    await expect(openFolder(folder.path)).rejects.toThrow(
      /gateway\.db can't be used \(file is not a database\); restore it from a backup, or choose another state folder\.$/,
    );
  });

  it('is refused if a newer lockstep wrote it', async () => {
    await using folder = await temporaryFolder();
    await (await openFolder(folder.path)).close();
    const database = new DatabaseSync(join(folder.path, 'gateway.db'));
    database.exec(`insert into kysely_migration (name, timestamp) values ('9999-later', '2099-01-01')`);
    database.close();
    await expect(openFolder(folder.path)).rejects.toThrow(
      'A newer lockstep wrote the database (it has 9999-later); update lockstep.',
    );
  });
});

describe('a full disk', () => {
  it('refuses records in one sentence, keeps what was acknowledged, and lets the process end', async () => {
    await using folder = await temporaryFolder();
    await using child = startProgram(
      new URL('../testing/filler.ts', import.meta.url),
      [folder.path],
      ['sh', '-c', 'ulimit -f 600; exec "$0" "$@"'],
    );
    const lines: string[] = [];
    for (let next = await child.lines.next(); !next.done; next = await child.lines.next())
      lines.push(next.value);
    expect(lines.pop()).toMatch(/^refused: The audit couldn't be written: /);

    const store = await openFolder(folder.path);
    const { publicKeys } = await openKeys(folder.path);
    const stored = (await collect(auditRows(store))).map(({ hash }) => hash);
    expect(lines.filter((hash) => !stored.includes(hash))).toEqual([]);
    expect(await verifySource(store, { dataDir: folder.path, publicKeys })).toMatchObject({ problems: [] });
    await store.close();
  });
});

it('waits while another process locks the database, and then goes on', async () => {
  await using folder = await temporaryFolder();
  const lost: Error[] = [];
  const store = await openFolder(folder.path, { onLost: (error) => lost.push(error) });
  await store.append(callRecord(), 'written');
  const other = new DatabaseSync(join(folder.path, 'gateway.db'));
  other.exec('begin immediate');
  // The sync of the first record waits, too, and tries again.
  await expect(store.append(callRecord(), 'written')).rejects.toThrow('database is locked');
  other.exec('rollback');
  other.close();
  await expect(store.append(callRecord(), 'durable')).resolves.toMatchObject({ seq: 3 });
  await store.close();
  expect(lost).toEqual([]);
});

it('is lost, and says so, once its folder is deleted under it', async () => {
  await using folder = await temporaryFolder();
  const lost = Promise.withResolvers<Error>();
  const store = await openFolder(folder.path, { onLost: lost.resolve });
  await rm(folder.path, { recursive: true });
  await store.append(callRecord(), 'written');
  expect((await lost.promise).message).toMatch(
    /^The audit can't be written any more: .*gateway\.db was deleted or replaced while it was in use;/,
  );
  await store.close().catch(() => undefined);
});

describe('a closed store', () => {
  it('finishes what was requested, and then refuses', async () => {
    await using folder = await temporaryFolder();
    const store = await openFolder(folder.path);
    const last = store.append(callRecord(), 'written');
    const closing = store.close();
    await expect(last).resolves.toMatchObject({ seq: 2 });
    await expect(store.append(callRecord(), 'written')).rejects.toThrow('The store is closed.');
    await Promise.all([closing, store.close()]);
    await expect(store.append(callRecord(), 'written')).rejects.toThrow('The store is closed.');
    await expect(store.transact(appendAll, [])).rejects.toThrow('The store is closed.');
  });
});

it('loses nothing while the log moves into the database, and has no log once it is closed', async () => {
  await using folder = await temporaryFolder();
  const { publicKeys } = await openKeys(folder.path);
  const store = await openFolder(folder.path);
  const large = callRecord({ arguments: { text: 'x'.repeat(20_000) } });
  for (let round = 0; round < 150; round++)
    await Promise.all(Array.from({ length: 16 }, () => store.append(large, 'written')));
  const verified = await verifySource(store, { dataDir: folder.path, publicKeys });
  expect(verified).toMatchObject({ problems: [], records: 2401 });
  const database = join(folder.path, 'gateway.db');
  await eventually(async () => (await stat(database)).size > 2400 * 20_000);
  await store.close();
  await expect(stat(join(folder.path, 'gateway.db-wal'))).rejects.toThrow('ENOENT');
});
