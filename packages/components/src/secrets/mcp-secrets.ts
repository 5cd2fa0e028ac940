import type { Deployment } from '@lockstep/model/internal';
import { ComponentResource, type ComponentResourceOptions } from '@pulumi/pulumi';
import { isOfType, requireProvider } from '../component.ts';
import type { PodAdditions } from '../kubernetes/pod-template.ts';
import { makeConnection, makeSynced } from './cluster-objects.ts';
import { additionsOf } from './deliver.ts';
import type { McpSecretsArgs } from './secrets-args.ts';
import { planSecrets, type ServerSecretsPlan } from './secrets-plan.ts';
import { makeBackends, makeLogin } from './vault-objects.ts';

const type = 'lockstep:index:McpSecrets';

/**
 * Lets each server's secrets be read by whoever delivers them, and by nobody else: per server a Vault policy over
 * exactly its paths and a Kubernetes auth role bound to one service account, namespace and audience; for `env` and
 * `file` also what brings them into the pods. No secret's value passes through Pulumi.
 *
 * @example
 * const secrets = new McpSecrets('prod', {
 *   environment: 'prod', namespace: 'mcp-prod', owner: 'platform',
 *   servers: { docs: { secrets, serviceAccount: 'mcp-docs', workload: { kind: 'Deployment', name: 'mcp-docs' } } },
 *   gateway: { serviceAccount: 'lockstep-gateway' },
 *   address: 'https://vault.vault:8200', mount: { path: 'mcp', version: 2 }, deliver: 'vault-secrets-operator',
 * }, { providers: { vault: vaultProvider, kubernetes: cluster } });
 */
export class McpSecrets extends ComponentResource {
  /** For `McpGateway`: the role that it signs in with for each server's headers; a server without any has none. */
  readonly roles: Readonly<Record<string, string>>;
  /** For `McpGateway`: where it reads them. */
  readonly vault: NonNullable<Deployment['vault']>;
  /** For `McpServer`: what brings `env` and `file` secrets into a server's pods; a server without any has nothing. */
  readonly pods: Readonly<Record<string, PodAdditions>>;

  /** @throws RunError naming component and field, for what `planSecrets` refuses and for a provider that is missing. */
  constructor(name: string, args: McpSecretsArgs, opts?: ComponentResourceOptions) {
    super(type, name, {}, opts);
    const who = `McpSecrets ${name}`;
    const plans = planSecrets(who, args);
    const delivers = plans.some(({ pod }) => pod !== undefined);
    requireProvider(this, who, 'vault');
    if (delivers) requireProvider(this, who, 'kubernetes');

    const backends = makeBackends(this, name, args);
    const connection = delivers ? makeConnection(this, name, args) : [];
    for (const plan of plans) {
      const { server, gateway, pod } = plan;
      if (gateway !== undefined) makeLogin(this, `${name}-${server}-gateway`, args, gateway, backends);
      if (pod === undefined) continue;
      const login = makeLogin(this, `${name}-${server}-pod`, args, pod, backends);
      if (args.deliver !== 'vault-secrets-operator') continue;
      makeSynced(this, name, args, plan, [login, ...connection]);
    }

    this.roles = rolesOf(plans);
    this.vault = vaultBlock(args);
    this.pods = additionsOf(args, plans);
    this.registerOutputs({ roles: this.roles, vault: this.vault });
  }

  /** Whether a value is one, also of another copy of this package. */
  static override isInstance(value: unknown): value is McpSecrets {
    return isOfType(value, type);
  }
}

/** The role that the gateway signs in with for each server's headers, by server. */
function rolesOf(plans: readonly ServerSecretsPlan[]): Record<string, string> {
  return Object.fromEntries(
    plans.flatMap(({ server, gateway }) => (gateway === undefined ? [] : [[server, gateway.role]])),
  );
}

/** Where the gateway reads headers, for the deployment file: plain data, so that a preview shows it whole. */
function vaultBlock({
  address,
  mount,
  auth,
  vaultNamespace,
  ca,
}: McpSecretsArgs): NonNullable<Deployment['vault']> {
  return {
    address,
    mount: mount.path,
    kvVersion: mount.version,
    authMount: auth?.path ?? 'kubernetes',
    ...(vaultNamespace !== undefined && { namespace: vaultNamespace }),
    ...(ca !== undefined && { ca }),
  };
}
