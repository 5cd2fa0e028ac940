import type { Environment } from '@lockstep/model';
import { makeBundle, type ServerDefinition } from '@lockstep/model/internal';
import type { Resource } from '@pulumi/pulumi';
import { McpGateway } from '../gateway/mcp-gateway.ts';
import { selectorOf } from '../kubernetes/labels.ts';
import { gatewayObject, serverObject } from '../kubernetes/names.ts';
import { McpMonitoring } from '../monitoring/mcp-monitoring.ts';
import { McpSecrets } from '../secrets/mcp-secrets.ts';
import type { SecretsOfServer } from '../secrets/secrets-args.ts';
import { McpServer } from '../server/mcp-server.ts';
import type { GatewayEndpoint } from '../server/server-args.ts';
import type { McpEnvironmentArgs } from './environment-args.ts';

/** Gives access to the servers' secrets, if there is a Vault. */
export function addSecrets(
  parent: Resource,
  name: string,
  { environment, namespace, owner, servers = {}, vault }: McpEnvironmentArgs,
): McpSecrets | undefined {
  if (vault === undefined) return undefined;
  const common = { environment: environment.name, namespace, owner, gateway: secretsReader };
  return new McpSecrets(
    `${name}-secrets`,
    { ...vault, ...common, servers: secretsOf(environment, servers) },
    { parent },
  );
}

/** Creates every server of the environment, by name. */
export function createServers(
  parent: Resource,
  name: string,
  args: McpEnvironmentArgs,
  secrets: McpSecrets | undefined,
): Record<string, McpServer> {
  const { environment, namespace, owner, images, network, servers = {} } = args;
  const podLabels = selectorOf({ environment: environment.name, component: 'gateway' });
  const common = {
    environment: environment.name,
    namespace,
    owner,
    network,
    gateway: { namespace, podLabels },
    keysSecret: args.gateway.keysSecret,
  };
  const made = Object.entries(environment.releases).map(([server, { release }]) => {
    const definition = environment.servers[server] as ServerDefinition;
    const image = images[server];
    const pod = secrets?.pods[server];
    const given = { ...(image === undefined ? {} : { image }), ...(pod === undefined ? {} : { pod }) };
    const all = { ...servers[server], ...common, ...given, name: server, definition, release };
    return [server, new McpServer(`${name}-${server}`, all, { parent })] as const;
  });
  return Object.fromEntries(made);
}

/** Adds monitoring of the gateway, if it is configured. */
export function addMonitoring(
  parent: Resource,
  name: string,
  { environment, namespace, owner, monitoring }: McpEnvironmentArgs,
): McpMonitoring | undefined {
  if (monitoring === undefined) return undefined;
  const podLabels = selectorOf({ environment: environment.name, component: 'gateway' });
  const all = {
    ...monitoring,
    environment: environment.name,
    namespace,
    owner,
    gateway: { name: gatewayObject, podLabels },
    bundleDigest: makeBundle(environment).digest,
  };
  return new McpMonitoring(`${name}-monitoring`, all, { parent });
}

/** What the gateway gets from the other parts. */
interface GatewayNeighbours {
  readonly servers: Readonly<Record<string, McpServer>>;
  readonly secrets: McpSecrets | undefined;
  readonly monitoring: McpMonitoring | undefined;
}

/** Adds the gateway in front of the servers. */
export function addGateway(
  parent: Resource,
  name: string,
  { environment, namespace, owner, images, network, gateway, vault }: McpEnvironmentArgs,
  { servers, secrets, monitoring }: GatewayNeighbours,
): McpGateway {
  const all = {
    ...gateway,
    ...(monitoring === undefined ? {} : { podAnnotations: monitoring.podAnnotations }),
    ...(secrets === undefined ? {} : { vault: secrets.vault }),
    ...(vault?.audience === undefined ? {} : { vaultAudience: vault.audience }),
    ...(images.gateway === undefined ? {} : { image: images.gateway }),
    environment,
    namespace,
    owner,
    network,
    endpoints: endpointsOf(servers, secrets),
  };
  return new McpGateway(`${name}-gateway`, all, { parent });
}

function endpointsOf(
  servers: Readonly<Record<string, McpServer>>,
  secrets: McpSecrets | undefined,
): Record<string, GatewayEndpoint> {
  const endpoints = Object.entries(servers).map(([server, { endpoint }]) => {
    const vaultRole = secrets?.roles[server];
    return [server, vaultRole === undefined ? endpoint : { ...endpoint, vaultRole }] as const;
  });
  return Object.fromEntries(endpoints);
}

/** The secrets of all servers and their readers, as `McpSecrets` takes them. */
function secretsOf(
  { servers }: Environment,
  settings: NonNullable<McpEnvironmentArgs['servers']>,
): Record<string, SecretsOfServer> {
  const entries = Object.entries(servers).map(([server, { secrets }]) => {
    const name = serverObject(server);
    const kind = settings[server]?.data === undefined ? 'Deployment' : 'StatefulSet';
    return [server, { secrets, serviceAccount: name, workload: { kind, name } }] as const;
  });
  return Object.fromEntries(entries);
}

/** The service account that reads secrets for headers. */
const secretsReader = { serviceAccount: gatewayObject } as const;
