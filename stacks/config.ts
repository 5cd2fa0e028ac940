// The stack's configuration, as Pulumi.yaml declares it.
import type {
  Exposure,
  GatewaySettings,
  HostNamePolicies,
  NetworkSettings,
  VaultSettings,
} from '@lockstep/components';
import { Config } from '@pulumi/pulumi';

const hostNamePolicies: HostNamePolicies[] = ['cilium', 'gke', 'eks', 'none'];

interface StackSettings {
  readonly context: string;
  readonly namespace: string;
  readonly owner: string;
  readonly network: NetworkSettings;
  readonly gateway: GatewaySettings;
  readonly vault: VaultSettings | undefined;
}

/** @throws Error naming a value that is missing or that isn't one of those allowed. */
export function settings(): StackSettings {
  const config = new Config();
  const vault = config.require('vault');
  return {
    context: config.require('context'),
    namespace: config.require('namespace'),
    owner: config.require('owner'),
    network: {
      hostNames: config.require<HostNamePolicies>('hostNames', { allowedValues: hostNamePolicies }),
    },
    gateway: {
      keysSecret: config.require('keysSecret'),
      tokensSecret: config.require('tokensSecret'),
      storage: { size: config.require('storage') },
      protect: config.requireBoolean('protect'),
      clients: config.requireObject<string[]>('clients').map((namespace) => ({ namespace })),
      ...exposed(config.require('host'), config.require('gateway')),
    },
    vault:
      vault === ''
        ? undefined
        : { address: vault, mount: { path: 'mcp', version: 2 }, deliver: 'vault-secrets-operator' },
  };
}

function exposed(host: string, gateway: string): { readonly expose?: Exposure } {
  if (host === '') return {};
  const [namespace, name] = gateway.split('/');
  if (!namespace || !name) {
    throw new Error('The configuration’s gateway must be namespace/name, since there is a host; correct it.');
  }
  return { expose: { gatewayApi: { parentRefs: [{ namespace, name }], hostnames: [host] } } };
}
