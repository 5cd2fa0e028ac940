import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogTransfer, mayShareLog } from './log-transfer.ts';

const megabyte = 1024 * 1024;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('two connections move the log only where SQLite loses nothing by that', () => {
  expect(['3.46.1', '3.51.2', '3.50.99'].filter(mayShareLog)).toEqual([]);
  expect(['3.51.3', '3.53.4', '4.0.0'].filter(mayShareLog)).toHaveLength(3);
});

describe('the log', () => {
  it('moves into the database while its writer is at work, and begins anew', async () => {
    const path = join(folder, 'test.db');
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

  it("that can't be moved is told, once there is something to move", async () => {
    const { promise, resolve } = Promise.withResolvers<Error>();
    const transfer = createLogTransfer({
      path: join(folder, 'missing', 'gateway.db'),
      connection: new DatabaseSync(':memory:'),
      between: (work) => work(),
      onFailed: resolve,
    });
    transfer.committed(5_000_000);
    expect((await promise).message).toContain("What was recorded can't be moved into");
    await transfer.close();
  });
});
