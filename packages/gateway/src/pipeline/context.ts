import type { Logger } from 'pino';
import type { Caller } from '../identity/caller.ts';
import type { Keys } from '../keys/keys.ts';
import type { Lists } from '../lists/lists.ts';
import type { Metrics } from '../metrics.ts';
import type { Policy } from '../policy/policy.ts';
import type { Sessions } from '../protocol/sessions.ts';
import type { Streams } from '../protocol/streams.ts';
import type { Store } from '../store/store.ts';
import type { Fleet } from '../upstream/fleet.ts';
import type { Received } from './exchange.ts';

/** What the stages work with. */
export interface Context {
  readonly authenticate: (received: Received) => Caller;
  readonly store: Store;
  readonly keys: Keys;
  readonly fleet: Fleet;
  readonly lists: Lists;
  readonly sessions: Sessions;
  readonly streams: Streams;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** The bundle in force now; a request in flight keeps its own. */
  readonly policy: () => Policy;
  /** Where people open approvals: `http://127.0.0.1:7411`. */
  readonly publicUrl: () => string;
}
