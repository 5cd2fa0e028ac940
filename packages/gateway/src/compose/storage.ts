import type { Logger } from 'pino';
import { type FollowedArchive, followArchive } from '../archive/archive.ts';
import { prepareState, type StateFolders } from '../kernel/state-folders.ts';
import { type Keys, openKeys } from '../keys/keys.ts';
import type { Store } from '../ledger/store-port.ts';
import { openStore } from '../store/open-store.ts';
import type { GatewayOptions } from './options.ts';

/** Everything that a gateway keeps, open: its folders, keys and records, and the archive of the records. */
interface Storage {
  readonly folders: StateFolders;
  readonly keys: Keys;
  readonly store: Store;
  readonly archive: FollowedArchive;
}

/**
 * Opens everything that a gateway keeps, and closes it with `opened`.
 *
 * @param onLost called when recorded events may no longer be durable.
 * @throws Error in one sentence if the state folder or the keys can't be used.
 */
export async function openStorage(
  { stateDir, keysDir }: GatewayOptions,
  environment: string,
  { opened, onLost, log }: { opened: AsyncDisposableStack; onLost: (error: Error) => void; log: Logger },
): Promise<Storage> {
  const folders = await prepareState(stateDir);
  const keys = await openKeys(keysDir ?? folders.keys, {
    create: keysDir === undefined,
    publishTo: folders.keys,
  });
  const store = await openStore({ dataDir: folders.data, keys, environment, onLost });
  opened.defer(() => store.close());
  const archive = followArchive({ store, environment, sign: keys.sign, log });
  opened.defer(() => archive.close());
  return { folders, keys, store, archive };
}
