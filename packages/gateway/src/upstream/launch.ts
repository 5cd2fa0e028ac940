import type { Release, ServerDefinition } from '@lockstep/model/internal';

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
       * `GatewayOptions.bridgeKey`. Default: it is told to nobody.
       */
      readonly isolation?: 'signed';
    })
  | { readonly type: 'absent'; readonly reason: string };

interface Hiding {
  /** Values of secrets that the server was started with: they are blanked where its errors quote them. Default: none. */
  readonly hidden?: readonly string[];
}

/** One server of the bundle in force. */
export interface FleetServer {
  readonly name: string;
  readonly definition: ServerDefinition;
  readonly release: Release;
  readonly launch: Launch;
}
