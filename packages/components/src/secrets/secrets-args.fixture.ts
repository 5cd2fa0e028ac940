import type { Secrets } from '@lockstep/model/internal';
import { serverObject } from '../kubernetes/names.ts';
import type { McpSecretsArgs } from './secrets-args.ts';

/** Arguments for an environment `prod` whose servers have these secrets. */
export function argsFor(
  servers: Record<string, Secrets>,
  more: Partial<McpSecretsArgs> = {},
): McpSecretsArgs {
  return {
    environment: 'prod',
    namespace: 'mcp-prod',
    owner: 'platform',
    servers: Object.fromEntries(
      Object.entries(servers).map(([server, secrets]) => {
        const name = serverObject(server);
        return [server, { secrets, serviceAccount: name, workload: { kind: 'Deployment', name } }];
      }),
    ),
    gateway: { serviceAccount: 'lockstep-gateway' },
    address: 'https://vault.vault:8200',
    mount: { path: 'mcp', version: 2 },
    deliver: 'vault-secrets-operator',
    ...more,
  };
}
