import type { Deployment, Release, ServerDefinition } from '@lockstep/model/internal';
import type { BundleSource } from '../bundle/folder.ts';
import type { LogLevel } from '../kernel/log.ts';
import type { SecretSource } from '../secrets/secret-source.ts';
import type { Launch } from '../upstream/upstream-server.ts';
import type { ServerHealth } from '../upstream/upstreams.ts';

/** How a gateway is started. */
export interface GatewayOptions {
  readonly bundle: BundleSource;
  /**
   * How a server is run on this host, or where the deployment says that it is; asked again whenever the bundle or the
   * deployment changes. What it throws keeps the change from being taken.
   */
  readonly launch: (
    name: string,
    definition: ServerDefinition,
    release: Release,
    deployment: Deployment | undefined,
  ) => Promise<Launch>;
  /** Told of the deployment in force: at start, and before servers move when a changed one is taken. */
  readonly onDeployment?: (deployment: Deployment | undefined) => void;
  /** The environment's own folder; created when missing, readable by its owner only. */
  readonly stateDir: string;
  /** Where `root.key` and `audit.key` are mounted; never written to. Default: they are made in the state folder. */
  readonly keysDir?: string;
  /** Tokens that are declared in a file (see `tokenFileSchema`), followed live. With it, nobody is the local user. */
  readonly tokenFile?: string;
  /**
   * The address to listen on. Beyond loopback nobody is the local user, and there must be a token file or a token.
   * Default: `127.0.0.1`.
   */
  readonly host?: string;
  /** Default: 7411; 0 takes a free one. */
  readonly port?: number;
  /** The address that `/metrics` listens on. Default: `127.0.0.1`. */
  readonly metricsHost?: string;
  /** The port of `/metrics`. Default: a free one. */
  readonly metricsPort?: number;
  /** Hosts besides loopback names that clients may address it by: `mcp.example.com`. */
  readonly allowedHosts?: readonly string[];
  /** Where people reach its pages, as behind a proxy with TLS: `https://mcp.example.com`. Default: where it listens. */
  readonly publicUrl?: string;
  /** Signs isolation keys for bridges (32 bytes); needed where a launch says `isolation: 'signed'`. */
  readonly bridgeKey?: Uint8Array;
  /** Where secrets in headers are read. Default: nowhere, so that servers with such headers can't be reached. */
  readonly secrets?: SecretSource;
  /** Default: `info`. */
  readonly logLevel?: LogLevel;
  /** Takes each line of the log, which is JSON. Default: standard error gets them. */
  readonly onLogLine?: (line: string) => void;
}

/** A gateway that serves. */
export interface RunningGateway {
  /** Where clients reach it: `http://127.0.0.1:7411`. */
  readonly url: string;
  readonly metricsUrl: string;
  readonly socketPath: string;
  /** The digest of the bundle in force. */
  readonly digest: () => string;
  /** How each server is. */
  readonly health: () => readonly ServerHealth[];
  /** Looks for a changed bundle now instead of within a second. */
  readonly lookForBundle: () => Promise<void>;
  /** Why the bundle on offer was not taken, until one is. */
  readonly onBundleRejected: (listener: (why: string) => void) => void;
  /** Settled when it has stopped: rejected when it had to. */
  readonly closed: Promise<void>;
  /** Finishes the calls in flight, stops every server, and seals the audit. */
  readonly close: () => Promise<void>;
}
