import { permissionTable, printTable } from '@lockstep/model/internal';
import { ComponentResource, type ComponentResourceOptions } from '@pulumi/pulumi';
import { isOfType, requireProvider } from '../component.ts';
import { gatewayState, serverObject } from '../kubernetes/names.ts';
import type { McpServer } from '../server/mcp-server.ts';
import type { ClientConfiguration, McpEnvironmentArgs } from './environment-args.ts';
import { checkEnvironment } from './environment-checks.ts';
import { addGateway, addMonitoring, addSecrets, createServers } from './environment-parts.ts';

const type = 'lockstep:index:McpEnvironment';

/**
 * One environment on Kubernetes: its servers, their secrets, the gateway in front of them, and monitoring. The same
 * declaration gives the same servers in every environment; only permissions differ.
 *
 * @throws RunError that names the environment and the wrong argument or the missing provider.
 * @example
 * const prod = new McpEnvironment('prod', {
 *   environment: environments.prod,
 *   namespace: 'mcp-prod',
 *   owner: 'platform',
 *   images,
 *   gateway: { keysSecret: 'lockstep-keys', storage: { size: '10Gi' } },
 *   network: { hostNames: 'cilium' },
 *   vault: { address: 'https://vault.vault.svc:8200', mount: { path: 'mcp', version: 2 } },
 * }, { providers: { kubernetes: cluster, vault } });
 * export const url = prod.url;
 */
export class McpEnvironment extends ComponentResource {
  /** The MCP endpoint of all servers, as clients reach it. */
  readonly url: string;
  /** SHA-256 of the bundle that was deployed. Compare it with `/readyz`. */
  readonly bundleDigest: string;
  /** The permission table, one clause per line: exactly the text that the gateway loads. */
  readonly permissionTable: string;
  /** The content of a client's `mcp.json`, without a token. */
  readonly clientConfiguration: ClientConfiguration;
  /** Hosts that a server (or `gateway`) may reach although nothing enforces their names. */
  readonly unenforcedEgress: Readonly<Record<string, readonly string[]>>;
  /** The PersistentVolumeClaims that remain when the environment is destroyed; delete them by hand. */
  readonly retainedVolumes: readonly string[];

  constructor(name: string, args: McpEnvironmentArgs, opts?: ComponentResourceOptions) {
    super(type, name, {}, opts);
    const { environment } = args;
    const who = `McpEnvironment ${environment.name}`;
    requireProvider(this, who, 'kubernetes');
    checkEnvironment(who, args);
    const secrets = addSecrets(this, name, args);
    const servers = createServers(this, name, args, secrets);
    const monitoring = addMonitoring(this, name, args);
    const gateway = addGateway(this, name, args, { servers, secrets, monitoring });
    this.url = gateway.url;
    this.bundleDigest = gateway.bundleDigest;
    this.permissionTable = printTable(permissionTable(environment));
    this.clientConfiguration = { mcpServers: { lockstep: { type: 'http', url: gateway.url } } };
    this.unenforcedEgress = unenforcedOf({ ...servers, gateway });
    this.retainedVolumes = retainedVolumes(args);
    this.registerOutputs({
      url: this.url,
      bundleDigest: this.bundleDigest,
      permissionTable: this.permissionTable,
      clientConfiguration: this.clientConfiguration,
      unenforcedEgress: this.unenforcedEgress,
      retainedVolumes: this.retainedVolumes,
    });
  }

  /** Whether a value is an `McpEnvironment`, even from another copy of this package. */
  static override isInstance(value: unknown): value is McpEnvironment {
    return isOfType(value, type);
  }
}

function unenforcedOf(
  parts: Readonly<Record<string, Pick<McpServer, 'unenforcedEgress'>>>,
): Record<string, readonly string[]> {
  const entries = Object.entries(parts).map(
    ([part, { unenforcedEgress }]) => [part, unenforcedEgress] as const,
  );
  return Object.fromEntries(entries.filter(([, hosts]) => hosts.length > 0));
}

/** The claims that remain when the environment is destroyed: for approvals and audit, and for servers' data. */
function retainedVolumes({ gateway, servers = {} }: McpEnvironmentArgs): string[] {
  const ofServers = Object.entries(servers)
    .filter(([, { data }]) => data !== undefined && 'size' in data)
    // The name that a StatefulSet gives to the claim of its first pod.
    .map(([server]) => `state-${serverObject(server)}-0`);
  return 'size' in gateway.storage ? [gatewayState, ...ofServers] : ofServers;
}
