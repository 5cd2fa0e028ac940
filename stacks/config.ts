// The stack's configuration, as Pulumi.yaml declares it.
import type {
  Exposure,
  GatewaySettings,
  HostNamePolicies,
  MetricsOperator,
  MonitoringSettings,
  NetworkSettings,
  VaultSettings,
} from '@lockstep/components';
import { Config } from '@pulumi/pulumi';

const operators: MetricsOperator[] = ['prometheus-operator', 'none'];
const hostNamePolicies: HostNamePolicies[] = ['cilium', 'gke', 'eks', 'none'];

interface StackSettings {
  readonly context: string;
  readonly namespace: string;
  readonly owner: string;
  readonly network: NetworkSettings;
  readonly gateway: GatewaySettings;
  readonly vault: VaultSettings | undefined;
  readonly monitoring: MonitoringSettings;
}

/** @throws Error that names a missing value or one that isn't allowed. */
export function settings(): StackSettings {
  const config = new Config();
  const text = (key: string) => config.require(key);
  const vault = text('vault');
  return {
    context: text('context'),
    namespace: text('namespace'),
    owner: text('owner'),
    network: {
      hostNames: oneOf(hostNamePolicies, 'hostNames', text('hostNames')),
    },
    gateway: {
      keysSecret: text('keysSecret'),
      tokensSecret: text('tokensSecret'),
      storage: { size: text('storage') },
      protect: config.requireBoolean('protect'),
      clients: config.requireObject<string[]>('clients').map((namespace) => ({ namespace })),
      monitoring: config.requireObject<string[]>('scrapers').map((namespace) => ({ namespace })),
      ...exposed(text('host'), text('gateway')),
    },
    monitoring: { operator: oneOf(operators, 'metrics', text('metrics')) },
    vault:
      vault === ''
        ? undefined
        : { address: vault, mount: { path: 'mcp', version: 2 }, deliver: 'vault-secrets-operator' },
  };
}

function oneOf<T extends string>(allowed: readonly T[], key: string, value: string): T {
  const found = allowed.find((one) => one === value);
  if (found !== undefined) return found;
  throw new Error(`The configuration's ${key} is ${value}; it must be one of ${allowed.join(', ')}.`);
}

function exposed(host: string, gateway: string): { readonly expose?: Exposure } {
  if (host === '') return {};
  const [namespace, name] = gateway.split('/');
  if (!namespace || !name) {
    throw new Error('The configuration has a host, so its gateway must be namespace/name; correct it.');
  }
  return { expose: { gatewayApi: { parentRefs: [{ namespace, name }], hostnames: [host] } } };
}
