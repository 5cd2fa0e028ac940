import type { Principal } from '@lockstep/model/internal';
import type { Logger } from 'pino';
import type { ClientSessions } from '../client/client-sessions.ts';
import type { Streams } from '../client/streams.ts';
import type { AllowedHosts } from '../identity/host-guard.ts';
import type { CheckToken } from '../identity/sign-in.ts';
import type { Keys } from '../keys/keys.ts';
import type { Store } from '../ledger/store-port.ts';
import type { Lists } from '../lists/lists.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Policy } from '../policy/policy.ts';
import type { Upstreams } from '../upstream/upstreams.ts';

/** What the stages work with. */
export interface GatewayContext {
  /** The hosts that the gateway answers to; known once its port is. */
  readonly allowedHosts: () => AllowedHosts;
  readonly checkToken: CheckToken;
  /** Absent if authentication is configured or the gateway listens beyond loopback. */
  readonly localUser: (() => Principal) | undefined;
  readonly store: Store;
  readonly keys: Keys;
  readonly upstreams: Upstreams;
  readonly lists: Lists;
  readonly sessions: ClientSessions;
  readonly streams: Streams;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** The policy in force now; a request in flight keeps its own. */
  readonly policy: () => Policy;
  /** The address where people open approvals: `http://127.0.0.1:7411`. */
  readonly publicUrl: () => string;
}
