import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The real engine over one program, its state in a folder of its own. */
export interface Engine {
  /** The folder with the state. */
  readonly home: string;
  /** Runs pulumi as a person would with their own backend, and returns its output. */
  pulumi(args: readonly string[], env?: Record<string, string>): Promise<string>;
  remove(): Promise<void>;
}

/**
 * Makes a stack of a program.
 *
 * @param env variables of every command.
 */
export async function startEngine(
  program: string,
  stack: string,
  env: Record<string, string> = {},
): Promise<Engine> {
  const home = await mkdtemp(join(tmpdir(), 'lockstep-engine-'));
  const pulumi = async (args: readonly string[], more: Record<string, string> = {}) => {
    const { stdout } = await run('pulumi', [...args, '--non-interactive', '--color=never'], {
      cwd: program,
      maxBuffer: 64 * 1024 * 1024,
      env: {
        ...process.env,
        PULUMI_HOME: join(home, 'home'),
        PULUMI_BACKEND_URL: `file://${home}`,
        PULUMI_CONFIG_PASSPHRASE: 'a passphrase of the test',
        PULUMI_SKIP_UPDATE_CHECK: 'true',
        ...env,
        ...more,
      },
    });
    return stdout;
  };
  await pulumi(['stack', 'init', stack]);
  return {
    home,
    pulumi,
    remove: async () => {
      await rm(home, { recursive: true });
      // The engine keeps the salt of the passphrase beside the program.
      await rm(join(program, `Pulumi.${stack}.yaml`), { force: true });
    },
  };
}

/** Puts our stand-in for a provider into a folder where the engine looks for one. */
export async function standInFor(name: string, version: string, folder: string): Promise<void> {
  const program = join(folder, `pulumi-resource-${name}`);
  const source = join(import.meta.dirname, 'stand-in-provider.ts');
  await mkdir(folder, { recursive: true });
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${source}' ${name} ${version} "$@"\n`);
  await chmod(program, 0o755);
}
