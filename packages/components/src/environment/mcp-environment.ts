import { printByTarget, printTable, tableOf } from '@lockstep/model/internal';
import { ComponentResource, type ComponentResourceOptions, type Output, output } from '@pulumi/pulumi';
import { isOfType, requireProvider } from '../component.ts';
import { McpGateway } from '../gateway/mcp-gateway.ts';
import { gatewayState, serverObject } from '../kubernetes/names.ts';
import { McpMonitoring } from '../monitoring/mcp-monitoring.ts';
import { McpSecrets } from '../secrets/mcp-secrets.ts';
import { McpServer } from '../server/mcp-server.ts';
import type { ClientConfiguration, McpEnvironmentArgs } from './environment-args.ts';
import { checkEnvironment } from './environment-checks.ts';
import { planParts } from './environment-parts.ts';

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
  readonly url: Output<string>;
  /** SHA-256 of the bundle that was deployed. Compare it with `/readyz`. */
  readonly bundleDigest: Output<string>;
  /** The permission table, one clause per line: exactly the text that the gateway loads. */
  readonly permissionTable: Output<string>;
  /**
   * The same clauses by tool, prompt and resource. Export them from the program: a preview then shows a change of
   * permissions as a change of exactly those tools.
   */
  readonly permissions: Output<Readonly<Record<string, string>>>;
  /** The content of a client's `mcp.json`, without a token. */
  readonly clientConfiguration: Output<ClientConfiguration>;
  /** Hosts that a server (or `gateway`) may reach although nothing enforces their names. */
  readonly unenforcedEgress: Output<Readonly<Record<string, readonly string[]>>>;
  /** The PersistentVolumeClaims that remain when the environment is destroyed; delete them by hand. */
  readonly retainedVolumes: Output<readonly string[]>;
  /** The gateway, with its Deployment and Service. */
  readonly gateway: McpGateway;
  /** Each server by name, with its workload and Service. */
  readonly servers: Readonly<Record<string, McpServer>>;
  /** Access to secrets; undefined without `vault`. */
  readonly secrets: McpSecrets | undefined;
  /** Monitoring; undefined if it isn't configured. */
  readonly monitoring: McpMonitoring | undefined;

  constructor(name: string, args: McpEnvironmentArgs, opts?: ComponentResourceOptions) {
    const who = `McpEnvironment ${name}`;
    checkEnvironment(who, args);
    const parts = planParts(args);
    requireProviders(who, args, opts);
    super(type, name, {}, opts);
    this.secrets = parts.secrets && new McpSecrets(`${name}-secrets`, parts.secrets, { parent: this });
    this.servers = mapValues(parts.servers, (of, server) => {
      // A dash would make `a` and `b-c` the same as `a-b` and `c`.
      return new McpServer(`${name}.${server}`, of, {
        parent: this,
        aliases: [{ name: `${name}-${server}` }],
      });
    });
    this.monitoring =
      parts.monitoring && new McpMonitoring(`${name}-monitoring`, parts.monitoring, { parent: this });
    this.gateway = new McpGateway(`${name}-gateway`, parts.gateway, { parent: this });
    this.url = this.gateway.url;
    this.bundleDigest = this.gateway.bundleDigest;
    const table = tableOf(args.environment);
    this.permissionTable = output(printTable(table));
    this.permissions = output(printByTarget(table));
    this.clientConfiguration = this.url.apply(clientConfigurationOf);
    this.unenforcedEgress = unenforcedOf({ ...this.servers, gateway: this.gateway });
    this.retainedVolumes = output(retainedVolumes(args));
    this.registerOutputs({
      url: this.url,
      bundleDigest: this.bundleDigest,
      permissionTable: this.permissionTable,
      permissions: this.permissions,
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

function requireProviders(
  who: string,
  { vault }: McpEnvironmentArgs,
  opts: ComponentResourceOptions | undefined,
): void {
  requireProvider(opts, who, 'kubernetes');
  if (vault !== undefined && vault.deliver !== 'external-secrets') requireProvider(opts, who, 'vault');
}

function clientConfigurationOf(url: string): ClientConfiguration {
  return { mcpServers: { lockstep: { type: 'http', url } } };
}

function unenforcedOf(
  parts: Readonly<Record<string, Pick<McpServer, 'unenforcedEgress'>>>,
): Output<Record<string, readonly string[]>> {
  return output(mapValues(parts, ({ unenforcedEgress }) => unenforcedEgress)).apply((all) =>
    Object.fromEntries(Object.entries(all).filter(([, hosts]) => hosts.length > 0)),
  );
}

function mapValues<In, Out>(
  record: Readonly<Record<string, In>>,
  map: (value: In, key: string) => Out,
): Record<string, Out> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}

/** The claims that remain when the environment is destroyed: for approvals and audit, and for servers' data. */
function retainedVolumes({
  environment,
  sharesNamespace = false,
  gateway,
  servers = {},
}: McpEnvironmentArgs): string[] {
  const naming = { environment: environment.name, sharesNamespace };
  const ofServers = Object.entries(servers)
    .filter(([, { data }]) => data !== undefined && 'size' in data)
    // The name that a StatefulSet gives to the claim of its first pod.
    .map(([server]) => `state-${serverObject(server, naming)}-0`);
  return 'size' in gateway.storage ? [gatewayState(naming), ...ofServers] : ofServers;
}
