import type { Environment } from '@lockstep/model';
import { gatewayObject, serverObject } from '../kubernetes/names.ts';
import type { SecretsOfServer } from '../secrets/args.ts';
import type { McpEnvironmentArgs } from './args.ts';

/** The secrets of all servers and whose they are, as `McpSecrets` takes them. */
export function secretsOf(
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

/** Who reads the secrets of headers. */
export const secretsReader = { serviceAccount: gatewayObject } as const;
