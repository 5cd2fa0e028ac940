import type { Environment } from '@lockstep/model';
import type { GatewaySettings } from '../gateway/gateway-args.ts';
import type { MonitoringSettings } from '../monitoring/monitoring-args.ts';
import type { NetworkSettings } from '../network/settings.ts';
import type { VaultSettings } from '../secrets/secrets-args.ts';
import type { ServerSettings } from '../server/server-args.ts';

/** One environment, whole. */
export interface McpEnvironmentArgs {
  /** From `defineEnvironments`. */
  readonly environment: Environment;
  /** Where everything goes; it exists, or is passed in `opts.dependsOn`. */
  readonly namespace: string;
  /** The team that answers for it, as a label on every object. */
  readonly owner: string;
  /**
   * By digest: `gateway`, and each server that runs a package or a command. `lockstep image` writes them. A server that
   * is an image itself has it in the lock; give it only to take the same digest from another registry.
   */
  readonly images: Readonly<Record<string, string>>;
  readonly gateway: GatewaySettings;
  readonly network: NetworkSettings;
  /** What differs in this cluster, by server. Default: nothing. */
  readonly servers?: Readonly<Record<string, ServerSettings>>;
  /** Where secrets are kept. Default: nowhere; required as soon as a server has one. */
  readonly vault?: VaultSettings;
  /** How the gateway is watched. Default: by nobody. */
  readonly monitoring?: MonitoringSettings;
}

/** What an MCP client is given, as in `mcp.json`. It holds no token: each person or agent adds its own. */
export interface ClientConfiguration {
  readonly mcpServers: { readonly lockstep: { readonly type: 'http'; readonly url: string } };
}
