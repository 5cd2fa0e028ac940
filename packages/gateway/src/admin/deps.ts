import type { Status } from '@lockstep/model/admin';
import type { ApprovalSettings } from '../approvals/row.ts';
import type { AllowedHosts } from '../identity/host-guard.ts';
import type { Tokens } from '../identity/tokens.ts';
import type { Keys } from '../keys/keys.ts';
import type { Store } from '../ledger/store-port.ts';
import type { Visitor } from './visitor.ts';

/** What the admin API and the pages work with. */
export interface AdminDeps {
  readonly environment: string;
  readonly store: Store;
  readonly keys: Keys;
  readonly tokens: Tokens;
  /** Holds the checkpoints, which `audit verify` reads. */
  readonly dataDir: string;
  /** Where people find the gateway: `http://127.0.0.1:7411`, without a slash at the end. */
  readonly publicUrl: () => string;
  readonly allowedHosts: () => AllowedHosts;
  /** The environment's settings on approvals, as of now. */
  readonly approvalSettings: () => ApprovalSettings;
  /** What only the running gateway knows. */
  readonly status: () => Omit<Status, 'approvalsWaiting'>;
  /** Told of what should not have happened, for the log. */
  readonly onFailure: (error: Error) => void;
}

/** What Hono carries along with a request. `onSocket` is set by `serveSocket` and can't come from a client. */
export interface AdminEnv {
  Bindings: { readonly onSocket?: true };
  Variables: { visitor: Visitor };
}
