import * as components from '@lockstep/components';
import type { ComponentResourceOptions, Input, Output } from '@pulumi/pulumi';
import type { ComponentClass } from './component-class.ts';
import type { GatewaySettings } from './gateway-settings.ts';
import type { MonitoringSettings } from './monitoring-settings.ts';
import type { NetworkSettings } from './network-settings.ts';
import type { PodSettings } from './pod-settings.ts';
import { readBundle } from './read-bundle.ts';
import type { ServerSettings } from './server-settings.ts';
import type { VaultSettings } from './vault-settings.ts';

/** The arguments of `McpEnvironment`. */
export interface McpEnvironmentArgs {
  /** What `lockstep bundle` wrote: the path of the file, from the program's folder, or its text. */
  readonly bundle: string;
  /** The namespace of all objects: the name of a Namespace in the same program, or of one that exists. */
  readonly namespace: Input<string>;
  /**
   * Whether the namespace has other environments too. Names of objects then contain the environment's name and a hash.
   * To change it replaces every object. Default: false.
   */
  readonly sharesNamespace?: boolean;
  /** The team that is responsible for it, as a label on every object. */
  readonly owner: Input<string>;
  /**
   * Images by digest: `gateway`, and one for each server that runs a package or a command. `lockstep image` writes them.
   * Leave `gateway` out to run the one that was released with this package. For a server that is an image, the bundle has
   * it; name it here only to pull the same digest from another registry.
   */
  readonly images: Record<string, Input<string>>;
  /**
   * `install`, or a `registry`: installs servers from npm that have no pushed image when their pods start. Default: every
   * package is in an image.
   */
  // biome-ignore lint/suspicious/noExplicitAny: the analyser takes no union of a text and an object
  readonly packages?: any;
  /** The gateway: its keys, its volume, and who may reach it. */
  readonly gateway: GatewaySettings;
  /** What network policies need to know of this cluster. */
  readonly network: NetworkSettings;
  /** Where all pods may run; the settings of the gateway and of a server override single fields. Default: anywhere. */
  readonly pods?: PodSettings;
  /** Settings for this cluster, by server. Default: none. */
  readonly servers?: Record<string, ServerSettings>;
  /** Where secrets are kept. Required if a server has secrets. Default: nowhere. */
  readonly vault?: VaultSettings;
  /** How to monitor the gateway. Default: no monitoring. */
  readonly monitoring?: MonitoringSettings;
}

/** The configuration for an MCP client, as in `mcp.json`. It contains no token: each person or agent adds their own. */
export interface ClientConfiguration {
  /** The servers that the client connects to: the gateway alone, as `lockstep`. */
  readonly mcpServers: Record<string, ClientServer>;
}

/** A server that an MCP client connects to. */
export interface ClientServer {
  /** The transport: `http`. */
  readonly type: string;
  /** The MCP endpoint. */
  readonly url: string;
}

const Environment = components.McpEnvironment as unknown as ComponentClass<components.McpEnvironmentArgs>;

/**
 * One environment on Kubernetes: its servers, their secrets, the gateway in front of them, and monitoring. Pass providers
 * for `kubernetes` and, if a server has secrets, for `vault`.
 */
export class McpEnvironment extends Environment {
  /** The MCP endpoint of all servers, as clients reach it. */
  declare readonly url: Output<string>;
  /** SHA-256 of the bundle that was deployed. Compare it with `/readyz`. */
  declare readonly bundleDigest: Output<string>;
  /** The permission table, one clause per line: exactly the text that the gateway loads. */
  declare readonly permissionTable: Output<string>;
  /**
   * The same clauses by tool, prompt and resource. Export them from the program: a preview then shows a change of
   * permissions as a change of exactly those tools.
   */
  declare readonly permissions: Output<Record<string, string>>;
  /** The content of a client's `mcp.json`, without a token. */
  declare readonly clientConfiguration: Output<ClientConfiguration>;
  /** Hosts that a server (or `gateway`) may reach although nothing enforces their names. */
  declare readonly unenforcedEgress: Output<Record<string, string[]>>;
  /** The PersistentVolumeClaims that remain when the environment is destroyed; delete them by hand. */
  declare readonly retainedVolumes: Output<string[]>;

  /** @throws RunError that names the component and the wrong argument or the missing provider. */
  constructor(name: string, args: McpEnvironmentArgs, opts?: ComponentResourceOptions) {
    const { bundle, ...rest } = args;
    const environment = readBundle(`McpEnvironment ${name}`, bundle);
    super(name, { ...rest, environment } as components.McpEnvironmentArgs, opts);
  }
}
