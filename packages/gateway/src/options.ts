import type { Release, ServerDefinition } from '@lockstep/model';
import type { BundleSource } from './bundle/folder.ts';
import type { LogLevel } from './log.ts';
import type { ServerHealth } from './upstream/fleet.ts';
import type { Launch } from './upstream/launch.ts';

/** How a gateway is started. */
export interface GatewayOptions {
  readonly bundle: BundleSource;
  /** How a server is run on this host; asked again when its definition or release changes. */
  readonly launch: (name: string, definition: ServerDefinition, release: Release) => Promise<Launch>;
  /** The environment's own folder; created when missing, readable by its owner only. */
  readonly stateDir: string;
  /** The address to listen on. Beyond loopback a token must exist, and nobody is the local user. Default: `127.0.0.1`. */
  readonly host?: string;
  /** Default: 7411; 0 takes a free one. */
  readonly port?: number;
  /** The port of `/metrics`, on loopback. Default: a free one. */
  readonly metricsPort?: number;
  /** Hosts besides loopback names that clients may address it by: `mcp.example.com`. */
  readonly allowedHosts?: readonly string[];
  /** Signs isolation keys for bridges (32 bytes); needed where a launch says `isolation: 'signed'`. */
  readonly bridgeKey?: Uint8Array;
  /** Default: `info`. */
  readonly logLevel?: LogLevel;
}

/** A gateway that serves. */
export interface RunningGateway {
  /** Where clients reach it: `http://127.0.0.1:7411`. */
  readonly url: string;
  readonly metricsUrl: string;
  readonly socketPath: string;
  /** The digest of the bundle in force. */
  readonly digest: () => string;
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
