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
 * Lets only those who deliver a server's secrets read them. For each server it creates a Vault policy for exactly its
 * paths, and a Kubernetes auth role bound to one service account, namespace and audience. For `env` and `file` secrets
 * it also creates what brings them into the pods. No secret's value passes through Pulumi.
 *
 * @example
 * const secrets = new McpSecrets('prod', {
 *   environment: 'prod', namespace: 'mcp-prod', owner: 'platform',
 *   servers: {
 *     docs: {
 *       secrets: { TOKEN: { reference: 'mcp/docs#token', delivery: 'env' } },
 *       serviceAccount: 'mcp-docs',
 *       workload: { kind: 'Deployment', name: 'mcp-docs' },
 *     },
 *   },
 *   gateway: { serviceAccount: 'lockstep-gateway' },
 *   address: 'https://vault.vault:8200', mount: { path: 'mcp', version: 2 }, deliver: 'vault-secrets-operator',
 * }, { providers: { vault, kubernetes: cluster } });
 */
export class McpSecrets extends ComponentResource {
  /** For `McpGateway`: its Vault role for each server's headers. A server without secret headers has none. */
  readonly roles: Readonly<Record<string, string>>;
  /** For `McpGateway`: the Vault to read from. */
  readonly vault: NonNullable<Deployment['vault']>;
  /**
   * For `McpServer`: what brings `env` and `file` secrets into a server's pods. A server without such secrets has no
   * entry.
   */
  readonly pods: Readonly<Record<string, PodAdditions>>;

  /** @throws RunError that names the component and the wrong argument or the missing provider. */
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

  /** Whether a value is an `McpSecrets`, even from another copy of this package. */
  static override isInstance(value: unknown): value is McpSecrets {
    return isOfType(value, type);
  }
}

/** The gateway's role for each server's headers, by server. */
function rolesOf(plans: readonly ServerSecretsPlan[]): Record<string, string> {
  return Object.fromEntries(
    plans.flatMap(({ server, gateway }) => (gateway === undefined ? [] : [[server, gateway.role]])),
  );
}

/** Where the gateway reads headers, for the deployment file. It is plain data, so that a preview shows all of it. */
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
