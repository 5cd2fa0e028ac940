import type { Release, ServerDefinition } from '@lockstep/model/internal';
import type { Drift } from './drift.ts';

/** How a server is reached on this host; `absent` says in a clause why it isn't. */
export type Launch =
  | (Hiding & {
      readonly type: 'stdio';
      readonly command: string;
      /** `${workdir}` and `${principaldir}` are still in them, as in `env`. */
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      /** Default: `${principaldir}`. */
      readonly cwd?: string;
    })
  | (Hiding & {
      readonly type: 'http';
      readonly url: string;
      /**
       * `signed` where a bridge answers: each request then carries the isolation key, signed with
       * `GatewayOptions.bridgeKey`. Default: nobody is given it.
       */
      readonly isolation?: 'signed';
    })
  | { readonly type: 'absent'; readonly reason: string };

interface Hiding {
  /** Values of secrets that the server was started with: they are blanked where its errors quote them. Default: none. */
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
      /** Something that was never reviewed and that nobody can use; reported once. */
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
      /** A clause: why it did not come up. */
      readonly reason: string;
    };
