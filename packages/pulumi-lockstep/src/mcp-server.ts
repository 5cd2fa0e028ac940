import * as components from '@lockstep/components';
import { type ComponentResourceOptions, type Input, type Output, RunError } from '@pulumi/pulumi';
import type { ComponentClass } from './component-class.ts';
import type { NetworkSettings, PodPeer } from './network-settings.ts';
import { readBundle } from './read-bundle.ts';
import type { ServerSettings } from './server-settings.ts';

/** The arguments of `McpServer`. */
export interface McpServerArgs extends ServerSettings {
  /** What `lockstep bundle` wrote: the path of the file, from the program's folder, or its text. */
  readonly bundle: string;
  /** The server's name in the bundle, which has its definition and its pinned release. */
  readonly server: string;
  /** Where it runs: the name of a Namespace in the same program, or of one that exists. */
  readonly namespace: Input<string>;
  /**
   * Whether the namespace has other environments too. Names of objects then contain the environment's name and a hash.
   * To change it replaces every object. Default: false.
   */
  readonly sharesNamespace?: boolean;
  /** The team that is responsible for it, as a label. */
  readonly owner: Input<string>;
  /**
   * The image by digest: the server's own, or the gateway's image with the package in it. Default: the pinned reference
   * of a server from an image. A package or a command requires it, and a remote server has none.
   */
  readonly image?: Input<string>;
  /**
   * `install`, or a `registry`: installs the package from npm when a pod starts; `image` is then the gateway's. Default:
   * the package is in the image.
   */
  // biome-ignore lint/suspicious/noExplicitAny: the analyser takes no union of a text and an object
  readonly packages?: any;
  /** The gateway's pods, which may connect. */
  readonly gateway: PodPeer;
  /** A Secret in the namespace with `bridge.key`, 32 bytes. Required unless the server is an image or remote. */
  readonly keysSecret?: Input<string>;
  /** What network policies need to know of this cluster. */
  readonly network: NetworkSettings;
}

/** How the gateway reaches one server. */
export interface GatewayEndpoint {
  /** The MCP endpoint. */
  readonly url: Input<string>;
  /** Whether a bridge answers there. */
  readonly bridge: boolean;
  /** The Vault role for the server's headers: its entry in the `roles` of `McpSecrets`. Default: none. */
  readonly vaultRole?: Input<string>;
  /** The pods that answer there, for the gateway's network policy. Default: what the URL says. */
  readonly pods?: EndpointPods;
}

/** The pods that answer at an endpoint. */
export interface EndpointPods extends PodPeer {
  /** The container's port. */
  readonly port: Input<number>;
}

const Server = components.McpServer as unknown as ComponentClass<components.McpServerArgs>;

/**
 * One MCP server of an environment on Kubernetes, reachable only by the gateway. It runs an image that serves HTTP, or a
 * package or a command behind the gateway's bridge. For a remote URL, nothing runs.
 */
export class McpServer extends Server {
  /** How the gateway reaches it. */
  declare readonly endpoint: Output<GatewayEndpoint>;
  /** Hosts that it may reach although nothing enforces their names: `api.example.com:443`. */
  declare readonly unenforcedEgress: Output<string[]>;

  /** @throws RunError that names the component and the wrong argument or the missing provider. */
  constructor(name: string, args: McpServerArgs, opts?: ComponentResourceOptions) {
    const { bundle, server, ...rest } = args;
    const who = `McpServer ${name}`;
    const { name: environment, servers, releases } = readBundle(who, bundle);
    const definition = servers[server];
    const release = releases[server]?.release;
    if (definition === undefined || release === undefined) {
      const known = Object.keys(servers).join(', ');
      throw new RunError(`${who}: server: the bundle has no server ${server}; its servers are ${known}.`);
    }
    const whole = { ...rest, name: server, definition, release, environment };
    super(name, whole as components.McpServerArgs, opts);
  }
}
