import type { Status } from '@lockstep/model/admin';
import type { ApprovalSettings } from '../approvals/row.ts';
import type { AllowedHosts } from '../identity/host-guard.ts';
import type { Tokens } from '../identity/tokens.ts';
import type { Keys } from '../keys/keys.ts';
import type { Store } from '../ledger/store-port.ts';
import type { SocketUser, Visitor } from './visitor.ts';

/** What the admin API and the pages work with. */
export interface AdminDeps {
  readonly environment: string;
  readonly store: Store;
  readonly keys: Keys;
  readonly tokens: Tokens;
  /** Holds the checkpoints, which `audit verify` reads. */
  readonly dataDir: string;
  /** The gateway's address for people: `http://127.0.0.1:7411`, without a slash at the end. */
  readonly publicUrl: () => string;
  readonly allowedHosts: () => AllowedHosts;
  /** The environment's current settings for approvals. */
  readonly approvalSettings: () => ApprovalSettings;
  /** Who opens the socket, as records name them. */
  readonly onSocket: SocketUser;
  /** The part of the status that only the running gateway knows. */
  readonly status: () => Omit<Status, 'approvalsWaiting'>;
  /** Called with failures that should not happen, for the log. */
  readonly onFailure: (error: Error) => void;
}

/** What Hono passes along with a request. `serveSocket` sets `onSocket`; a client can't. */
export interface AdminEnv {
  Bindings: { readonly onSocket?: true };
  Variables: { visitor: Visitor };
}
