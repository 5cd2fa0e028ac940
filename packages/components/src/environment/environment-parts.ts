import { bundleOf, type ServerDefinition } from '@lockstep/model/internal';
import type { McpGatewayArgs } from '../gateway/gateway-args.ts';
import { planGateway } from '../gateway/gateway-plan.ts';
import { keysSecretOf } from '../gateway/keys-secret.ts';
import { imageOfGateway } from '../gateway/released-image.ts';
import { selectorOf } from '../kubernetes/labels.ts';
import { gatewayObject, type Naming, serverObject } from '../kubernetes/names.ts';
import type { McpMonitoringArgs } from '../monitoring/monitoring-args.ts';
import { planMonitoring } from '../monitoring/monitoring-plan.ts';
import { additionsOf } from '../secrets/deliver.ts';
import { rolesOf, vaultBlock } from '../secrets/mcp-secrets.ts';
import type { McpSecretsArgs, SecretsOfServer } from '../secrets/secrets-args.ts';
import { planSecrets, type SecretsPlan } from '../secrets/secrets-plan.ts';
import type { GatewayEndpoint, McpServerArgs } from '../server/server-args.ts';
import { planServer } from '../server/server-plan.ts';
import type { McpEnvironmentArgs } from './environment-args.ts';
import { isInstalled } from './environment-checks.ts';

/** The arguments of the components that an environment is made of. */
export interface EnvironmentParts {
  readonly secrets: McpSecretsArgs | undefined;
  readonly servers: Readonly<Record<string, McpServerArgs>>;
  readonly monitoring: McpMonitoringArgs | undefined;
  readonly gateway: McpGatewayArgs;
}

/**
 * Divides an environment into its parts, and plans each of them, so that nothing is registered if one is wrong.
 *
 * @throws RunError that names the part and the wrong argument.
 */
export function planParts(args: McpEnvironmentArgs): EnvironmentParts {
  const { environment } = args;
  const naming = { environment: environment.name, sharesNamespace: args.sharesNamespace ?? false };
  const secrets = secretsArgs(args, naming);
  const secretsPlan = secrets && planSecrets(`McpSecrets ${environment.name}`, secrets);
  const servers = serversArgs(args, naming, secretsPlan);
  const plans = Object.entries(servers).map(
    ([server, of]) => [server, planServer(`McpServer ${server}`, of)] as const,
  );
  const monitoring = monitoringArgs(args, naming);
  const monitoringPlan = monitoring && planMonitoring(`McpMonitoring ${environment.name}`, monitoring);
  const roles = secretsPlan === undefined ? {} : rolesOf(secretsPlan);
  const endpoints = plans.map(
    ([server, { endpoint }]) => [server, withRole(endpoint, roles[server])] as const,
  );
  const gateway: McpGatewayArgs = {
    ...args.pods,
    ...args.gateway,
    ...placeOf(args),
    ...(monitoringPlan && { podAnnotations: monitoringPlan.podAnnotations }),
    ...(secrets && { vault: vaultBlock(secrets) }),
    ...(args.vault?.audience !== undefined && { vaultAudience: args.vault.audience }),
    ...(args.images.gateway !== undefined && { image: args.images.gateway }),
    environment,
    network: args.network,
    endpoints: Object.fromEntries(endpoints),
  };
  planGateway(`McpGateway ${environment.name}`, gateway);
  return { secrets, servers, monitoring, gateway };
}

/** What all parts have in common. */
function placeOf({
  namespace,
  owner,
  sharesNamespace = false,
}: McpEnvironmentArgs): Pick<McpEnvironmentArgs, 'namespace' | 'owner' | 'sharesNamespace'> {
  return { namespace, owner, sharesNamespace };
}

function secretsArgs(args: McpEnvironmentArgs, naming: Naming): McpSecretsArgs | undefined {
  const { environment, servers: settings = {}, vault } = args;
  if (vault === undefined) return undefined;
  const servers = Object.entries(environment.servers).map(([server, { secrets }]) => {
    const name = serverObject(server, naming);
    const kind = settings[server]?.data === undefined ? 'Deployment' : 'StatefulSet';
    const ofServer: SecretsOfServer = { secrets, serviceAccount: name, workload: { kind, name } };
    return [server, ofServer] as const;
  });
  return {
    ...vault,
    ...placeOf(args),
    environment: environment.name,
    gateway: { serviceAccount: gatewayObject(naming) },
    servers: Object.fromEntries(servers),
  };
}

function serversArgs(
  args: McpEnvironmentArgs,
  naming: Naming,
  secrets: SecretsPlan | undefined,
): Record<string, McpServerArgs> {
  const { environment, namespace, network, servers: settings = {} } = args;
  const additions = secrets === undefined ? {} : additionsOf(secrets);
  const podLabels = selectorOf({ environment: naming.environment, component: 'gateway' });
  const made = Object.entries(environment.releases).map(([server, { release }]) => {
    const of: McpServerArgs = {
      ...args.pods,
      ...settings[server],
      ...placeOf(args),
      ...runningOf(args, server),
      ...(additions[server] !== undefined && { pod: additions[server] }),
      name: server,
      definition: environment.servers[server] as ServerDefinition,
      release,
      environment: environment.name,
      network,
      gateway: { namespace, podLabels },
      keysSecret: keysSecretOf(`McpEnvironment ${environment.name}`, args.gateway),
    };
    return [server, of] as const;
  });
  return Object.fromEntries(made);
}

/** What a server runs: its image, or the gateway's with the package that is installed into it. */
function runningOf(args: McpEnvironmentArgs, server: string): Pick<McpServerArgs, 'image' | 'packages'> {
  const { environment, images, packages } = args;
  if (packages !== undefined && isInstalled(args, server)) {
    const who = `McpEnvironment ${environment.name}`;
    return { image: imageOfGateway(who, 'images.gateway', images.gateway), packages };
  }
  const image = images[server];
  return image === undefined ? {} : { image };
}

function monitoringArgs(args: McpEnvironmentArgs, naming: Naming): McpMonitoringArgs | undefined {
  const { environment, monitoring } = args;
  if (monitoring === undefined) return undefined;
  const podLabels = selectorOf({ environment: naming.environment, component: 'gateway' });
  return {
    ...monitoring,
    ...placeOf(args),
    environment: environment.name,
    gateway: { name: gatewayObject(naming), podLabels },
    bundleDigest: bundleOf(environment).digest,
  };
}

function withRole(endpoint: GatewayEndpoint, vaultRole: string | undefined): GatewayEndpoint {
  return vaultRole === undefined ? endpoint : { ...endpoint, vaultRole };
}
