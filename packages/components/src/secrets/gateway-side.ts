import type { Deployment } from '@lockstep/model/internal';
import type { McpSecretsArgs } from './args.ts';
import type { ServerPlan } from './plan.ts';

/** The role that the gateway signs in with for each server's headers, by server. */
export function rolesOf(plans: readonly ServerPlan[]): Record<string, string> {
  return Object.fromEntries(
    plans.flatMap(({ server, gateway }) => (gateway === undefined ? [] : [[server, gateway.role]])),
  );
}

/** Where the gateway reads headers, for the deployment file: plain data, so that a preview shows it whole. */
export function vaultBlock({
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
