import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { StoredRecord } from '@lockstep/model/record';
import { type Keys, openKeys } from '../keys/keys.ts';
import type { Store } from '../ledger/store-port.ts';
import { openStore } from '../store/open-store.ts';

/** A store in its own temporary folder, for tests. */
export interface Scene extends AsyncDisposable {
  readonly dir: string;
  readonly store: Store;
  readonly keys: Keys;
  /** Every record so far, in order. */
  records(): StoredRecord[];
  /** Reads the database beside the store. */
  rows(sql: string): Record<string, unknown>[];
  /** Changes the database behind the store's back. */
  write(sql: string): void;
}

export async function openScene(): Promise<Scene> {
  // Closes everything, even if a later step fails.
  await using opened = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), 'lockstep-'));
  opened.defer(() => rm(dir, { recursive: true, force: true }));
  const keys = await openKeys(dir);
  const store = await openStore({
    dataDir: dir,
    keys,
    environment: 'prod',
    onLost: (error) => {
      throw error;
    },
  });
  opened.defer(() => store.close());
  function beside<T>(readOnly: boolean, use: (database: DatabaseSync) => T): T {
    const database = new DatabaseSync(join(dir, 'gateway.db'), { readOnly, timeout: 5000 });
    try {
      return use(database);
    } finally {
      database.close();
    }
  }
  const rows = (sql: string) => beside(true, (database) => database.prepare(sql).all());
  const scene = opened.move();
  return {
    dir,
    store,
    keys,
    rows,
    write: (sql) => beside(false, (database) => database.exec(sql)),
    records: () =>
      rows('select record from audit order by epoch, seq').map(({ record }) => JSON.parse(String(record))),
    [Symbol.asyncDispose]: () => scene.disposeAsync(),
  };
}
