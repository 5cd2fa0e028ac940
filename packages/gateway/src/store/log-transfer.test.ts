import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { verifySource } from '../audit/verify.ts';
import { openKeys } from '../keys/keys.ts';
import { callRecord, openFolder, temporaryFolder } from '../testing/folder.ts';
import { createLogTransfer, mayShareLog } from './log-transfer.ts';

const megabyte = 1024 * 1024;

it('two connections move the log only where SQLite loses nothing by that', () => {
  expect(['3.46.1', '3.51.2', '3.50.99'].filter(mayShareLog)).toEqual([]);
  expect(['3.51.3', '3.53.4', '4.0.0'].filter(mayShareLog)).toHaveLength(3);
});

describe('the log', () => {
  it('moves into the database while its writer is at work, and begins anew', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'test.db');
    const connection = new DatabaseSync(path);
    connection.exec('pragma journal_mode = wal; pragma wal_autocheckpoint = 0; create table t (text)');
    const insert = connection.prepare('insert into t values (?)');
    const fill = () => {
      connection.exec('begin');
      for (let row = 0; row < 1000; row++) insert.run('x'.repeat(2000));
      connection.exec('commit');
    };
    const { promise, resolve, reject } = Promise.withResolvers<() => void>();
    const transfer = createLogTransfer({ path, connection, between: resolve, onFailed: reject });
    fill();
    transfer.committed(3_999_999);
    const before = (await stat(path)).size;
    transfer.committed(4_000_000);
    const finish = await promise;
    expect((await stat(path)).size).toBeGreaterThan(before + megabyte);
    // The other thread doesn't have this yet.
    fill();
    finish();
    const { size } = await stat(`${path}-wal`);
    fill();
    expect((await stat(`${path}-wal`)).size).toBeLessThan(size + megabyte);
    await transfer.close();
    connection.close();
  });

  it('loses nothing that is recorded while it moves, and is gone once the store is closed', async () => {
    await using folder = await temporaryFolder();
    const { publicKeys } = await openKeys(folder.path);
    const store = await openFolder(folder.path);
    const large = callRecord({ arguments: { text: 'x'.repeat(20_000) } });
    for (let round = 0; round < 150; round++)
      await Promise.all(Array.from({ length: 16 }, () => store.append(large, 'written')));
    const verified = await verifySource(store, { dataDir: folder.path, publicKeys });
    expect(verified).toMatchObject({ problems: [], records: 2401 });
    await store.close();
    await expect(stat(join(folder.path, 'gateway.db-wal'))).rejects.toThrow('ENOENT');
  });

  it("that can't be moved is told, once there is something to move", async () => {
    await using folder = await temporaryFolder();
    const { promise, resolve } = Promise.withResolvers<Error>();
    const transfer = createLogTransfer({
      path: join(folder.path, 'missing', 'gateway.db'),
      connection: new DatabaseSync(':memory:'),
      between: (work) => work(),
      onFailed: resolve,
    });
    transfer.committed(5_000_000);
    expect((await promise).message).toContain("What was recorded can't be moved into");
    await transfer.close();
  });
});
