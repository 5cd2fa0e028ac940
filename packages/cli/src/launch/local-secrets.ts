import { readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { SecretAnswer, SecretSource } from '@lockstep/gateway';
import { secretSources } from '@lockstep/model/internal';
import type { CommandContext } from '../kernel/context.ts';
import { codeOf } from '../kernel/failure.ts';
import type { LoadedProgram } from '../project/load.ts';
import type { StateFolder } from '../project/state-folder.ts';

/** Seconds between two looks at files. */
const pollSeconds = 2;

/** Where a laptop's secrets are looked for. */
interface SecretPlaces {
  /** Folders with a file for each; the first that has one counts. */
  readonly folders: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder that paths in messages are relative to. */
  readonly cwd: string;
  /** Asked last. Default: nobody. */
  readonly vault?: SecretSource | undefined;
}

/** The secrets of a laptop: a file each, or a variable, or a Vault that the account is signed in to. */
export interface LocalSecrets extends SecretSource {
  /** The file that holds a secret, which only its owner can read. */
  file(reference: string): Promise<{ readonly path: string } | { readonly missing: string }>;
  /** Whether there is a Vault to ask, which may be away for a while. */
  readonly asksVault: boolean;
}

export function localSecrets(places: SecretPlaces): LocalSecrets {
  const { env, vault } = places;

  /** What is here; undefined where nothing is. */
  async function here(reference: string): Promise<SecretAnswer | undefined> {
    const found = await findFile(reference, places);
    if (found !== undefined) return 'missing' in found ? found : readValue(found.path, places);
    const value = env[secretSources(reference).variable];
    return value ? { value } : undefined;
  }

  return {
    ...(vault === undefined && { every: pollSeconds }),
    asksVault: vault !== undefined,
    async file(reference) {
      const { folders, cwd } = places;
      const path = relative(cwd, join(folders[0] ?? cwd, secretSources(reference).file));
      const missing = `the secret ${reference} isn't here as a file; write it to ${path} with mode 0600`;
      return (await findFile(reference, places)) ?? { missing };
    },
    async read(server, references) {
      const answers = new Map<string, SecretAnswer>();
      for (const reference of references) {
        const answer = await here(reference);
        if (answer !== undefined) answers.set(reference, answer);
      }
      const others = references.filter((reference) => !answers.has(reference));
      if (others.length === 0) return answers;
      const rest = await vault?.read(server, others);
      for (const reference of others) {
        answers.set(reference, rest?.get(reference) ?? { missing: nowhere(reference, places) });
      }
      return answers;
    },
    close: async () => vault?.close?.(),
  };
}

function nowhere(reference: string, { folders, cwd }: SecretPlaces): string {
  const { file, variable } = secretSources(reference);
  const path = relative(cwd, join(folders[0] ?? cwd, file));
  return `the secret ${reference} isn't here; write it to ${path} with mode 0600 or set ${variable}`;
}

/** The first file there is; undefined where there is none. */
async function findFile(
  reference: string,
  { folders, cwd }: SecretPlaces,
): Promise<{ path: string } | { missing: string } | undefined> {
  for (const folder of folders) {
    const path = join(folder, secretSources(reference).file);
    const shown = relative(cwd, path);
    try {
      const { mode } = await stat(path);
      if ((mode & 0o077) === 0 || process.platform === 'win32') return { path };
      const octal = (mode & 0o777).toString(8).padStart(4, '0');
      return { missing: `${shown} is open to others (mode ${octal}); run \`chmod 600 ${shown}\`` };
    } catch (error) {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') continue;
      return { missing: `${shown} can't be read (${codeOf(error)}); correct its permissions` };
    }
  }
  return undefined;
}

async function readValue(path: string, { cwd }: SecretPlaces): Promise<SecretAnswer> {
  const shown = relative(cwd, path);
  try {
    // Editors end files with a line break, and nobody means it to be part of a token.
    const value = (await readFile(path, 'utf8')).replace(/\r?\n$/, '');
    return value === '' ? { missing: `${shown} is empty; write the secret into it` } : { value };
  } catch (error) {
    return { missing: `${shown} can't be read (${codeOf(error)}); see that it is a file of yours` };
  }
}

/** The secrets of one environment on this host. Close them in the end. */
export function environmentSecrets(
  state: StateFolder,
  name: string,
  context: CommandContext,
): Promise<LocalSecrets> {
  return open([state.environment(name).secrets], context);
}

/**
 * The secrets with which servers are read for the lock, which is of no environment: those of every environment that
 * pins something, by name, the first that has one.
 */
export function declaredSecrets(
  state: StateFolder,
  { pins }: Pick<LoadedProgram, 'pins'>,
  context: CommandContext,
): Promise<LocalSecrets> {
  const names = new Set([...pins.values()].flatMap((labels) => [...labels.values()].flat()));
  return open(
    [...names].toSorted().map((name) => state.environment(name).secrets),
    context,
  );
}

async function open(folders: readonly string[], { cwd, env }: CommandContext): Promise<LocalSecrets> {
  // The gateway is large, and most people have no Vault.
  const vault =
    env.VAULT_ADDR && env.VAULT_TOKEN ? (await import('@lockstep/gateway')).environmentVault(env) : undefined;
  return localSecrets({ folders, env, cwd, vault });
}
