import type { Deployment, Release, ServerDefinition } from '@lockstep/model/internal';
import type { BundleSource } from '../bundle/folder.ts';
import type { LogLevel } from '../kernel/log.ts';
import type { SecretSource } from '../secrets/secret-source.ts';
import type { Launch } from '../upstream/upstream-server.ts';
import type { ServerHealth } from '../upstream/upstreams.ts';

/** The options of a gateway. */
export interface GatewayOptions {
  readonly bundle: BundleSource;
  /**
   * Says how to run a server on this host, or where the deployment has it. Asked again whenever the bundle or the
   * deployment changes; if it throws, the change is rejected.
   */
  readonly launch: (
    name: string,
    definition: ServerDefinition,
    release: Release,
    deployment: Deployment | undefined,
  ) => Promise<Launch>;
  /** Called with the deployment in force: at start, and before servers move to the addresses of a changed one. */
  readonly onDeployment?: (deployment: Deployment | undefined) => void;
  /** The environment's own folder; created if missing, with access for its owner only. */
  readonly stateDir: string;
  /** The folder where `root.key` and `audit.key` are mounted; it is never written to. Default: the state folder. */
  readonly keysDir?: string;
  /** A file that declares tokens (see `tokenFileSchema`), followed live. With it, there is no local user. */
  readonly tokenFile?: string;
  /**
   * The address to listen on. Beyond loopback there is no local user, and a token file or a token is required.
   * Default: `127.0.0.1`.
   */
  readonly host?: string;
  /** Default: 7411; 0 chooses a free one. */
  readonly port?: number;
  /** The address that `/metrics` listens on. Default: `127.0.0.1`. */
  readonly metricsHost?: string;
  /** The port of `/metrics`. Default: a free one. */
  readonly metricsPort?: number;
  /** Hosts, besides loopback names, that clients may use in an address: `mcp.example.com`. */
  readonly allowedHosts?: readonly string[];
  /** The address of the pages, for example behind a proxy with TLS: `https://mcp.example.com`. Default: its own. */
  readonly publicUrl?: string;
  /** Signs isolation keys for bridges (32 bytes); required if a launch says `isolation: 'signed'`. */
  readonly bridgeKey?: Uint8Array;
  /** Reads the secrets in headers. Default: none, so servers with such headers can't be reached. */
  readonly secrets?: SecretSource;
  /**
   * Whether it runs in a pod. Whoever opens the socket there came with `kubectl exec`: the records say so, and what they
   * create is tokens for agents. So it also starts while there is no token at all. Default: false.
   */
  readonly inPod?: boolean;
  /** Default: `info`. */
  readonly logLevel?: LogLevel;
  /** Gets each line of the log, which is JSON. Default: lines go to standard error. */
  readonly onLogLine?: (line: string) => void;
}

/** A running gateway. */
export interface RunningGateway {
  /** Its address for clients: `http://127.0.0.1:7411`. */
  readonly url: string;
  readonly metricsUrl: string;
  readonly socketPath: string;
  /** The digest of the bundle in force. */
  readonly digest: () => string;
  /** The state of each server. */
  readonly health: () => readonly ServerHealth[];
  /** Checks for a changed bundle now instead of within a second. */
  readonly lookForBundle: () => Promise<void>;
  /** Called with the reason when an offered bundle is rejected, until one is accepted. */
  readonly onBundleRejected: (listener: (why: string) => void) => void;
  /** Settles when the gateway has stopped; rejects if it had to. */
  readonly closed: Promise<void>;
  /** Finishes the calls in flight, stops every server, and seals the audit. */
  readonly close: () => Promise<void>;
}
