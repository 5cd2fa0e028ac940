import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Verification } from '@lockstep/gateway';
import { parseHead } from '@lockstep/model/record';
import type { StateOptions } from '../gateway/options.ts';
import { environmentsOn } from '../gateway/running.ts';
import type { CommandContext } from '../kernel/context.ts';
import { Failure } from '../kernel/failure.ts';
import { type EnvironmentFolders, stateFolder } from '../project/state-folder.ts';

/** Verifies the audit of a gateway that doesn't run, from its files. */
export async function verifyStopped(
  options: StateOptions & { expectHead?: string; key?: readonly string[] },
  context: CommandContext,
): Promise<Verification> {
  const { openStopped, verifySource } = await import('@lockstep/gateway');
  const folders = environmentFolders(options, context);
  const expectHead = options.expectHead === undefined ? undefined : parseHead(options.expectHead);
  if (options.expectHead !== undefined && expectHead === undefined) {
    throw new Failure(
      `--expect-head ${options.expectHead} is no head; write it as \`audit verify\` printed it.`,
    );
  }
  const publicKeys = await trustedKeys(options, context);
  const stopped = openStopped(folders.data);
  try {
    return await verifySource(stopped, { dataDir: folders.data, publicKeys, expectHead });
  } finally {
    stopped.close();
  }
}

/**
 * The keys that signatures must be made with: those that the reader names, else the environment's own.
 *
 * @throws Failure where there are none.
 */
export async function trustedKeys(
  options: StateOptions & { readonly key?: readonly string[] },
  context: CommandContext,
): Promise<readonly string[]> {
  if (options.key !== undefined) return Promise.all(options.key.map((file) => readKey(file, context)));
  const folders = environmentFolders(options, context);
  // Opening the keys would make new ones where there are none.
  if (existsSync(join(folders.keys, 'audit.key'))) {
    const { openKeys } = await import('@lockstep/gateway');
    return (await openKeys(folders.keys)).publicKeys;
  }
  throw new Failure(`there is no audit key in ${folders.keys}; name a public key with --key.`);
}

async function readKey(file: string, context: CommandContext): Promise<string> {
  try {
    return await readFile(resolve(context.cwd, file), 'utf8');
  } catch (error) {
    throw new Failure(`--key ${file} can't be read; check its path.`, { cause: error });
  }
}

/** The folders of the environment that is meant. */
function environmentFolders(options: StateOptions, context: CommandContext): EnvironmentFolders {
  const state = stateFolder(options.state, context.cwd);
  const known = environmentsOn(state.root).filter((name) => existsSync(state.environment(name).data));
  const chosen = options.env === undefined ? known : known.filter((name) => name === options.env);
  const [only, another] = chosen;
  if (only === undefined) {
    const which = options.env === undefined ? '' : ` of ${options.env}`;
    throw new Failure(
      `the state folder ${options.state} holds no audit${which}; name --state, or --url for a gateway elsewhere.`,
    );
  }
  if (another !== undefined)
    throw new Failure(`the state folder holds the audits of ${chosen.join(', ')}; choose one with --env.`);
  return state.environment(only);
}
