import type { Operation } from '@lockstep/database';
import { temporaryFolder } from '@lockstep/testing/folder';
import { describe, expect, it, vi } from 'vitest';
import { verifyExport } from '../audit/verify-export.ts';
import { openKeys } from '../keys/keys.ts';
import { appendAll, type Store } from '../ledger/store-port.ts';
import { callRecord, openFolder } from '../testing/store.ts';
import { type Archive, type ArchivePace, followArchive, startArchive } from './archive.ts';
import type { Bucket } from './bucket.ts';
import { segmentSent } from './operations.ts';

/** Waits as long as a busy machine may need. */
const until = (check: () => unknown) => vi.waitFor(check, { timeout: 20_000 });

const settings = { bucket: 'audit', region: 'eu-west-1', prefix: 'mcp' };
const soon: Partial<ArchivePace> = { look: 0.005, every: 0, retry: { first: 0.005, most: 0.02 } };

/** A bucket in memory. `fail` decides for each attempt whether to fail before or after the object is stored. */
function standIn(fail: (attempt: number) => 'before' | 'after' | undefined = () => undefined) {
  const objects = new Map<string, string>();
  /** Each with its key and its text. */
  const attempts: string[] = [];
  const bucket: Bucket = {
    async add(key, text) {
      attempts.push(`${key}\n${text}`);
      const how = fail(attempts.length);
      if (how === 'before') throw new Error('connection refused');
      const wasThere = objects.has(key);
      if (!wasThere) objects.set(key, text);
      if (how === 'after') throw new Error('connection reset');
      return wasThere ? 'was there' : 'added';
    },
    close: async () => undefined,
  };
  return { bucket, objects, attempts };
}

async function archiveOf(folder: string, store: Store, bucket: Bucket, pace: Partial<ArchivePace> = soon) {
  const log = { error: vi.fn(), info: vi.fn() };
  const onFailure = vi.fn();
  const { sign, publicKeys } = await openKeys(folder);
  const archive = startArchive({
    settings,
    bucket,
    store,
    environment: 'test',
    sign,
    log: log as never,
    onFailure,
    pace,
  });
  return { archive, log, onFailure, publicKeys };
}

async function add(store: Store, count: number): Promise<void> {
  await store.transact(
    appendAll,
    Array.from({ length: count }, () => callRecord()),
  );
}

const isEmpty = (archive: Archive) => until(async () => expect(await archive.lag()).toBe(0));

/** The range of each object, `epoch:first-last`, in the order of a listing. */
const rangesOf = (objects: ReadonlyMap<string, string>) =>
  [...objects.keys()].toSorted().map((key) => {
    const [, epoch, first, last] = /\/(\d+)\/(\d+)-(\d+)\.jsonl$/.exec(key) ?? [];
    return `${Number(epoch)}:${Number(first)}-${Number(last)}`;
  });

describe('an audit with an archive', () => {
  it('arrives in segments that verify on their own', async () => {
    await using folder = await temporaryFolder();
    const store = await openFolder(folder.path);
    await add(store, 24);
    const { bucket, objects } = standIn();
    const pace = { ...soon, size: { records: 10, bytes: 1e6 } };
    const { archive, publicKeys } = await archiveOf(folder.path, store, bucket, pace);
    await isEmpty(archive);
    await archive.close();

    expect([...objects.keys()][0]).toBe(`mcp/test/${store.writer.id}/000001/000000000001-000000000010.jsonl`);
    expect(rangesOf(objects)).toEqual(['1:1-10', '1:11-20', '1:21-25']);
    for (const [key, text] of objects) {
      const found = await verifyExport(text.trimEnd().split('\n'), publicKeys);
      expect(found, key).toMatchObject({ ok: true, problems: [] });
    }
    await store.close();
  });

  it('is cut before a segment grows too large, and a large record goes alone', async () => {
    await using folder = await temporaryFolder();
    const store = await openFolder(folder.path);
    await add(store, 1);
    await store.append(callRecord({ arguments: { text: 'x'.repeat(5000) } }), 'written');
    await add(store, 2);
    const { bucket, objects } = standIn();
    const pace = { ...soon, size: { records: 10, bytes: 3000 } };
    const { archive } = await archiveOf(folder.path, store, bucket, pace);
    await isEmpty(archive);
    await archive.close();
    expect(rangesOf(objects)).toEqual(['1:1-2', '1:3-3', '1:4-5']);
    await store.close();
  });

  it('waits until there are enough records, and sends the rest when it stops', async () => {
    await using folder = await temporaryFolder();
    const store = await openFolder(folder.path);
    const { bucket, objects } = standIn();
    const { archive } = await archiveOf(folder.path, store, bucket, { ...soon, every: 3600, enough: 10 });
    // The rest of the last run goes at once.
    await isEmpty(archive);
    expect(rangesOf(objects)).toEqual(['1:1-1']);
    await add(store, 9);
    expect(await archive.lag()).toBe(9);
    await add(store, 3);
    await isEmpty(archive);
    expect(rangesOf(objects)).toEqual(['1:1-1', '1:2-13']);
    await add(store, 2);
    await archive.close();
    expect(rangesOf(objects)).toEqual(['1:1-1', '1:2-13', '1:14-15']);
    await store.close();
  });

  it('continues after restarts without a gap or an overlap', async () => {
    await using folder = await temporaryFolder();
    const { bucket, objects } = standIn();
    for (const count of [3, 0, 5]) {
      const store = await openFolder(folder.path);
      await add(store, count);
      const { archive } = await archiveOf(folder.path, store, bucket);
      await isEmpty(archive);
      await archive.close();
      await store.close();
    }
    // The first and last record of each epoch are its start and its stop.
    expect(rangesOf(objects)).toEqual(['1:1-4', '1:5-5', '2:1-1', '2:2-2', '3:1-6']);
  });

  it('begins again in another bucket as soon as the deployment names it', async () => {
    await using folder = await temporaryFolder();
    const store = await openFolder(folder.path);
    const { sign } = await openKeys(folder.path);
    const stores = new Map<string, ReturnType<typeof standIn>>();
    const log = { error: vi.fn(), info: vi.fn() } as never;
    const archive = followArchive({ store, environment: 'test', sign, log, pace: soon }, ({ bucket }) => {
      const opened = standIn();
      stores.set(bucket, opened);
      return opened.bucket;
    });
    expect(await archive.lag()).toBe(0);
    for (const bucket of ['one', 'two']) {
      archive.use({ ...settings, bucket });
      archive.use({ ...settings, bucket });
      await until(() => expect(rangesOf(stores.get(bucket)?.objects ?? new Map())).toEqual(['1:1-1']));
    }
    archive.use(undefined);
    await archive.close();
    expect(await archive.lag()).toBe(0);
    expect([...stores.keys()]).toEqual(['one', 'two']);
    await store.close();
  });
});

describe('an archive that fails', () => {
  it('is retried with the same segment, and logs every failure', async () => {
    await using folder = await temporaryFolder();
    const store = await openFolder(folder.path);
    // Two attempts don't arrive; the third arrives but its answer is lost.
    const { bucket, objects, attempts } = standIn((attempt) =>
      attempt <= 2 ? 'before' : attempt === 3 ? 'after' : undefined,
    );
    const { archive, log, onFailure } = await archiveOf(folder.path, store, bucket);
    await until(() => expect(attempts.length).toBeGreaterThan(0));
    await add(store, 4);
    await isEmpty(archive);
    await archive.close();
    expect(new Set(attempts.slice(0, 4)).size).toBe(1);
    expect(rangesOf(objects)).toEqual(['1:1-1', '1:2-5']);
    expect(onFailure).toHaveBeenCalledTimes(3);
    expect(log.error.mock.calls[0]?.[0]).toMatch(
      /^The audit archive audit\/mcp did not accept a segment; the next attempt is in \d+ s: connection refused$/,
    );
    await store.close();
  });

  it('holds up neither a call nor the stop, and the next start sends the same segment', async () => {
    await using folder = await temporaryFolder();
    const first = await openFolder(folder.path);
    let isAway = true;
    const { bucket, objects, attempts } = standIn(() => (isAway ? 'before' : undefined));
    const one = await archiveOf(folder.path, first, bucket);
    await until(() => expect(attempts.length).toBeGreaterThan(0));
    await add(first, 6);
    expect(await one.archive.lag()).toBe(7);
    await one.archive.close();
    expect(one.log.error.mock.lastCall?.[0]).toContain('which the next start sends: connection refused');
    await first.close();

    isAway = false;
    const second = await openFolder(folder.path);
    const two = await archiveOf(folder.path, second, bucket);
    await isEmpty(two.archive);
    await two.archive.close();
    expect(rangesOf(objects)).toEqual(['1:1-1', '1:2-8', '2:1-1']);
    await second.close();
  });

  it('changes nothing when it repeats a segment that arrived before the process was killed', async () => {
    await using folder = await temporaryFolder();
    const store = await openFolder(folder.path);
    const { bucket, objects } = standIn();
    // Stands in for a process that dies between the object's arrival and the note in the database.
    const dying = {
      query: store.query,
      transact: (operation: Operation<never, never>, input: never) =>
        operation.name === segmentSent.name
          ? Promise.reject(new Error('killed'))
          : store.transact(operation, input),
    } as unknown as Store;
    const { archive: dead } = await archiveOf(folder.path, dying, bucket);
    await until(() => expect(objects.size).toBe(1));
    await dead.close();
    const before = new Map(objects);
    await add(store, 3);

    const { archive, log: told } = await archiveOf(folder.path, store, bucket);
    await isEmpty(archive);
    await archive.close();
    expect(told.info.mock.calls[0]?.[0]).toMatchObject({ result: 'was there' });
    for (const [key, text] of before) expect(objects.get(key)).toBe(text);
    expect(rangesOf(objects)).toEqual(['1:1-1', '1:2-4']);
    await store.close();
  });
});
