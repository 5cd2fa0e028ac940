import type { Context } from '../context.ts';
import type { Declaration } from '../project/load.ts';
import type { StateFolder } from '../project/state-folder.ts';
import { type LocalSecrets, localSecrets } from './local-secrets.ts';

/** The secrets of one environment on this host. Close them in the end. */
export function environmentSecrets(
  state: StateFolder,
  name: string,
  context: Context,
): Promise<LocalSecrets> {
  return open([state.environment(name).secrets], context);
}

/**
 * The secrets with which servers are read for the lock, which is of no environment: those of every environment that
 * pins something, by name, the first that has one.
 */
export function declaredSecrets(
  state: StateFolder,
  { pins }: Pick<Declaration, 'pins'>,
  context: Context,
): Promise<LocalSecrets> {
  const names = new Set([...pins.values()].flatMap((labels) => [...labels.values()].flat()));
  return open(
    [...names].toSorted().map((name) => state.environment(name).secrets),
    context,
  );
}

async function open(folders: readonly string[], { cwd, env }: Context): Promise<LocalSecrets> {
  // The gateway is large, and most people have no Vault.
  const vault =
    env.VAULT_ADDR && env.VAULT_TOKEN ? (await import('@lockstep/gateway')).environmentVault(env) : undefined;
  return localSecrets({ folders, env, cwd, vault });
}
