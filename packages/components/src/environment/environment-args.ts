import type { Environment } from '@lockstep/model';
import type { BundledEnvironment } from '@lockstep/model/internal';
import type { Input } from '@pulumi/pulumi';
import { type GatewaySettings, gatewaySettingsSchema } from '../gateway/gateway-args.ts';
import { type PodSettings, podSettingsFields } from '../kubernetes/pod-settings.ts';
import { type MonitoringSettings, monitoringSettingsSchema } from '../monitoring/monitoring-args.ts';
import { type NetworkSettings, networkSchema } from '../network/settings.ts';
import { fields, mapOf, oneEnvironment, text, toggle } from '../schema.ts';
import { type VaultSettings, vaultSchema } from '../secrets/secrets-args.ts';
import {
  type PackageInstallation,
  packagesSchema,
  type ServerSettings,
  serverSettingsSchema,
} from '../server/server-args.ts';

/**
 * The arguments of `McpEnvironment`.
 *
 * @example
 * const args: McpEnvironmentArgs = {
 *   environment: environments.prod,
 *   namespace: 'mcp-prod',
 *   sharesNamespace: false,
 *   owner: 'platform',
 *   images,
 *   packages: 'install',
 *   gateway: { keysSecret: 'lockstep-keys', storage: { size: '10Gi' } },
 *   network: { hostNames: 'cilium' },
 *   servers: { files: { data: { size: '5Gi' } } },
 *   vault: { address: 'https://vault.vault:8200', mount: { path: 'mcp', version: 2 } },
 *   monitoring: { operator: 'prometheus-operator' },
 *   pods: { nodeSelector: { pool: 'agents' }, imagePullSecrets: ['registry'] },
 * };
 */
export interface McpEnvironmentArgs {
  /** From `defineEnvironments`. */
  readonly environment: Environment | BundledEnvironment;
  /** The namespace of all objects: `ns.metadata.name` of a Namespace in the same program, or one that exists. */
  readonly namespace: Input<string>;
  /**
   * Whether the namespace has other environments too. Names of objects then contain the environment's name and a hash.
   * To change it replaces every object. Default: false.
   */
  readonly sharesNamespace?: boolean;
  /** The team that is responsible for it, as a label on every object. */
  readonly owner: Input<string>;
  /**
   * Images by digest: `gateway`, and one for each server that runs a package or a command. `lockstep image` writes
   * them. Leave `gateway` out to run the one that was released with this package. For a server that is an image, the
   * lock has it; name it here only to pull the same digest from another registry.
   */
  readonly images: Readonly<Record<string, Input<string>>>;
  /**
   * Installs servers from npm that have no pushed image when their pods start, from a registry that their `egress`
   * declares. Meant for a first deployment: in production, run images. Default: every package is in an image.
   */
  readonly packages?: PackageInstallation;
  /** The gateway: its keys, its volume, and who may reach it. */
  readonly gateway: GatewaySettings;
  /** What network policies need to know of this cluster. */
  readonly network: NetworkSettings;
  /** Where all pods may run; the settings of the gateway and of a server override single fields. Default: anywhere. */
  readonly pods?: PodSettings;
  /** Settings for this cluster, by server. Default: none. */
  readonly servers?: Readonly<Record<string, ServerSettings>>;
  /** Where secrets are kept. Required if a server has secrets. Default: nowhere. */
  readonly vault?: VaultSettings;
  /** How to monitor the gateway. Default: no monitoring. */
  readonly monitoring?: MonitoringSettings;
}

/**
 * The configuration for an MCP client, as in `mcp.json`. It contains no token: each person or agent adds their own.
 *
 * @example
 * const configuration: ClientConfiguration = {
 *   mcpServers: { lockstep: { type: 'http', url: 'https://mcp.example.com/mcp' } },
 * };
 */
export interface ClientConfiguration {
  /** The servers that the client connects to: the gateway alone. */
  readonly mcpServers: { readonly lockstep: { readonly type: 'http'; readonly url: string } };
}

export const environmentSchema = fields<McpEnvironmentArgs>({
  environment: oneEnvironment,
  namespace: text,
  sharesNamespace: toggle.optional(),
  owner: text,
  images: mapOf(text),
  packages: packagesSchema.optional(),
  gateway: gatewaySettingsSchema,
  network: networkSchema,
  pods: fields<PodSettings>(podSettingsFields).optional(),
  servers: mapOf(serverSettingsSchema).optional(),
  vault: vaultSchema.optional(),
  monitoring: monitoringSettingsSchema.optional(),
});
