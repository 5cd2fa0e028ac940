import { ComponentResource, type ComponentResourceOptions } from '@pulumi/pulumi';
import { isOfType, requireProvider } from '../component.ts';
import type { PodAdditions } from '../kubernetes/pod-template.ts';
import { makeConnection, makeExternal, makeSynced } from './cluster-objects.ts';
import { additionsOf } from './deliver.ts';
import type { McpSecretsArgs, VaultEndpoint } from './secrets-args.ts';
import { type Login, type SecretsPlan, takeSecretsPlan } from './secrets-plan.ts';
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
  readonly vault: VaultEndpoint;
  /**
   * For `McpServer`: what brings `env` and `file` secrets into a server's pods. A server without such secrets has no
   * entry.
   */
  readonly pods: Readonly<Record<string, PodAdditions>>;

  /** @throws RunError that names the component and the wrong argument or the missing provider. */
  constructor(name: string, args: McpSecretsArgs, opts?: ComponentResourceOptions) {
    const who = `McpSecrets ${name}`;
    const plan = takeSecretsPlan(who, args);
    const delivers = plan.servers.some(({ delivered }) => delivered.length > 0);
    if (usesVault(plan)) requireProvider(opts, who, 'vault');
    if (delivers) requireProvider(opts, who, 'kubernetes');
    super(type, name, {}, opts);
    const backends = makeBackends(this, name, plan.args);
    const connection = delivers ? makeConnection(this, name, plan) : [];
    for (const ofServer of plan.servers) {
      const { server, gateway, pod } = ofServer;
      const login = (whose: 'gateway' | 'pod', of: Login) =>
        makeLogin(
          this,
          [`${name}.${server}-${whose}`, `${name}-${server}-${whose}`],
          plan.args,
          of,
          backends,
        );
      if (gateway !== undefined) login('gateway', gateway);
      const own = pod === undefined ? [] : [login('pod', pod)];
      if (args.deliver === 'vault-secrets-operator') {
        makeSynced(this, name, plan, ofServer, [...own, ...connection]);
      }
      if (args.deliver === 'external-secrets') makeExternal(this, name, plan, ofServer);
    }

    this.roles = rolesOf(plan);
    this.vault = vaultBlock(plan.args);
    this.pods = additionsOf(plan);
    this.registerOutputs({ roles: this.roles, vault: this.vault });
  }

  /** Whether a value is an `McpSecrets`, even from another copy of this package. */
  static override isInstance(value: unknown): value is McpSecrets {
    return isOfType(value, type);
  }
}

/** Whether anything must be made in Vault. With a store of the External Secrets Operator, there may be nothing. */
function usesVault({ args: { mount, auth }, servers }: SecretsPlan): boolean {
  const logins = servers.some(({ gateway, pod }) => gateway !== undefined || pod !== undefined);
  return logins || mount.create === true || auth?.create !== undefined;
}

/** The gateway's role for each server's headers, by server. */
export function rolesOf({ servers }: SecretsPlan): Record<string, string> {
  return Object.fromEntries(
    servers.flatMap(({ server, gateway }) => (gateway === undefined ? [] : [[server, gateway.role]])),
  );
}

/** Where the gateway reads headers, for the deployment file. */
export function vaultBlock({ address, mount, auth, vaultNamespace, ca }: McpSecretsArgs): VaultEndpoint {
  return {
    address,
    mount: mount.path,
    kvVersion: mount.version,
    authMount: auth?.path ?? 'kubernetes',
    ...(vaultNamespace !== undefined && { namespace: vaultNamespace }),
    ...(ca !== undefined && { ca }),
  };
}
