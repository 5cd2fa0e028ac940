import type { NewRecord } from '@lockstep/model/record';
import { openKeys } from '../keys/keys.ts';
import type { Store } from '../ledger/store-port.ts';
import { openStore, type StoreOptions } from '../store/open-store.ts';

/** Opens the store of a folder that outlives the store. */
export async function openFolder(path: string, options: Partial<StoreOptions> = {}): Promise<Store> {
  return openStore({
    dataDir: path,
    keys: await openKeys(path),
    environment: 'test',
    onLost: (error) => {
      throw error;
    },
    ...options,
  });
}

/** A finished read. */
export function callRecord(changes: Partial<NewRecord> = {}): NewRecord {
  return {
    kind: 'call',
    time: '2026-01-02T03:04:05.678Z',
    environment: 'test',
    principal: { issuer: 'lockstep:token', subject: 'agent', owner: 'ben', roles: ['dev'] },
    server: 'files',
    target: 'files/read_file',
    decision: 'allow',
    outcome: 'ok',
    arguments: { path: 'notes.txt' },
    ...changes,
  };
}

/** Collects everything that an iteration yields. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
