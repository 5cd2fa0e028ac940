import * as components from '@lockstep/components';
import type { ComponentResourceOptions, Input, Output } from '@pulumi/pulumi';
import type { ComponentClass } from './component-class.ts';
import type { GatewaySettings } from './gateway-settings.ts';
import type { GatewayEndpoint } from './mcp-server.ts';
import type { NetworkSettings } from './network-settings.ts';
import { readBundle } from './read-bundle.ts';

/** The arguments of `McpGateway`. */
export interface McpGatewayArgs extends GatewaySettings {
  /** What `lockstep bundle` wrote: the path of the file, from the program's folder, or its text. */
  readonly bundle: string;
  /** Where it runs: the name of a Namespace in the same program, or of one that exists. */
  readonly namespace: Input<string>;
  /**
   * Whether the namespace has other environments too. Names of objects then contain the environment's name and a hash.
   * To change it replaces every object. Default: false.
   */
  readonly sharesNamespace?: boolean;
  /** The team that is responsible for it, as a label. */
  readonly owner: Input<string>;
  /** The gateway's image, by digest. Default: the one that was released with this package. */
  readonly image?: Input<string>;
  /** Where each server of the environment is, by server. */
  readonly endpoints: Record<string, GatewayEndpoint>;
  /** Where the gateway reads secrets for headers: `vault` of `McpSecrets`. Default: nowhere. */
  readonly vault?: VaultEndpoint;
  /** The audience of service-account tokens that Vault accepts. Default: `vault`. */
  readonly vaultAudience?: Input<string>;
  /** Annotations of the pod: `podAnnotations` of `McpMonitoring`. Default: none. */
  readonly podAnnotations?: Record<string, Input<string>>;
  /** What network policies need to know of this cluster. */
  readonly network: NetworkSettings;
}

/** Where the gateway reads secrets. */
export interface VaultEndpoint {
  /** Vault's address, as pods reach it. */
  readonly address: Input<string>;
  /** The KV mount of all references. */
  readonly mount: Input<string>;
  /** The version of the KV engine: 1 or 2. */
  readonly kvVersion: Input<number>;
  /** Where the Kubernetes auth method is mounted. */
  readonly authMount: Input<string>;
  /** A namespace of Vault Enterprise or HCP. Default: none. */
  readonly namespace?: Input<string>;
  /** PEM of the authority that signed Vault's certificate. Default: the authorities that the images know. */
  readonly ca?: Input<string>;
}

const Gateway = components.McpGateway as unknown as ComponentClass<components.McpGatewayArgs>;

/**
 * The gateway of one environment on Kubernetes: the only way to its servers, which enforces on every call what people
 * reviewed. A permission change changes only ConfigMaps; the gateway applies them while it runs.
 */
export class McpGateway extends Gateway {
  /** The MCP endpoint, as clients reach it. */
  declare readonly url: Output<string>;
  /** SHA-256 of the whole bundle, as `/readyz` and the audit show it. */
  declare readonly bundleDigest: Output<string>;
  /** Hosts that it may reach although nothing enforces their names. */
  declare readonly unenforcedEgress: Output<string[]>;

  /** @throws RunError that names the component and the wrong argument or the missing provider. */
  constructor(name: string, args: McpGatewayArgs, opts?: ComponentResourceOptions) {
    const { bundle, ...rest } = args;
    const environment = readBundle(`McpGateway ${name}`, bundle);
    super(name, { ...rest, environment } as components.McpGatewayArgs, opts);
  }
}
