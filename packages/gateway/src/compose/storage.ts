import type { Logger } from 'pino';
import { type FollowedArchive, followArchive } from '../archive/archive.ts';
import { prepareState, type StateFolders } from '../kernel/state-folders.ts';
import { type Keys, openKeys } from '../keys/keys.ts';
import type { Store } from '../ledger/store-port.ts';
import { openStore } from '../store/open-store.ts';
import type { GatewayOptions } from './options.ts';

/** All that a gateway keeps, open: its folders, keys, records, and the archive that they go to. */
interface Storage {
  readonly folders: StateFolders;
  readonly keys: Keys;
  readonly store: Store;
  readonly archive: FollowedArchive;
}

/**
 * Opens what a gateway keeps; what is opened is closed with `opened`.
 *
 * @param onLost told when what was recorded is no longer known to be durable.
 * @throws Error in one sentence when the state folder or the keys can't be used.
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
