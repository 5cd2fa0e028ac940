import type { Release, ServerDefinition } from '@lockstep/model/internal';
import type { Drift } from './drift.ts';

/** How to reach a server on this host; `absent` says in a clause why that isn't possible. */
export type Launch =
  | (Hiding & {
      readonly type: 'stdio';
      readonly command: string;
      /** With the placeholders `${workdir}` and `${principaldir}`, as in `env`. */
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      /** Default: `${principaldir}`. */
      readonly cwd?: string;
    })
  | (Hiding & {
      readonly type: 'http';
      readonly url: string;
      /**
       * `signed` for a bridge: each request then carries the isolation key, signed with `GatewayOptions.bridgeKey`.
       * Default: no request carries it.
       */
      readonly isolation?: 'signed';
    })
  | { readonly type: 'absent'; readonly reason: string };

interface Hiding {
  /** Secret values that the server was started with; they are blanked if its errors quote them. Default: none. */
  readonly hidden?: readonly string[];
}

/** One server of the bundle in force. */
export interface UpstreamServer {
  readonly name: string;
  readonly definition: ServerDefinition;
  readonly release: Release;
  readonly launch: Launch;
}

/** What happens to servers, for the audit and the metrics. */
export type UpstreamEvent =
  | ({ readonly type: 'quarantine'; readonly server: string; readonly item: string } & Drift)
  | { readonly type: 'quarantine.lifted'; readonly server: string; readonly item: string }
  | {
      /** An item that nobody reviewed and nobody can use; reported once. */
      readonly type: 'extra';
      readonly server: string;
      readonly item: string;
      readonly found: string;
    }
  | {
      readonly type: 'server.started';
      readonly server: string;
      /** The isolation key whose calls it serves. */
      readonly key: string;
      readonly era: 'legacy' | 'modern';
      readonly serverInfo: { readonly name: string; readonly version: string };
      /** Absent for remote servers. */
      readonly pid?: number;
    }
  | {
      readonly type: 'server.stopped';
      readonly server: string;
      readonly key: string;
      /** A clause: `it was ended by SIGKILL`. */
      readonly reason: string;
      /** Whether the gateway itself ended it. */
      readonly planned: boolean;
    }
  | {
      readonly type: 'server.failed';
      readonly server: string;
      readonly key: string;
      /** A clause that says why it did not start. */
      readonly reason: string;
    };
