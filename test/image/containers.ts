import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from '@lockstep/testing/until';

/** A program that runs containers with the command line of docker. */
export interface Containers {
  /** Loads an OCI archive. @returns the image's name. */
  load(archive: string): Promise<string>;
  /** Starts a container in this machine's network, and waits until an address of it answers with 200. */
  start(
    image: string,
    options: readonly string[],
    args: readonly string[],
    ready: string,
  ): Promise<Container>;
  /** Removes an image. */
  remove(image: string): Promise<void>;
}

export interface Container {
  /** Stops it as Kubernetes does. @returns its exit code. */
  stop(): Promise<number | null>;
}

/** As the rendered pods demand it. */
const restricted = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];

/**
 * Docker or podman, whichever works here; undefined where neither does.
 *
 * @param wanted the one that must work.
 */
export function findContainers(wanted?: string): Containers | undefined {
  const found = (wanted === undefined ? ['docker', 'podman'] : [wanted]).find(works);
  if (found !== undefined) return containersOf(found);
  if (wanted === undefined) return undefined;
  throw new Error(`CONTAINERS=${wanted}: \`${wanted} info\` fails; start it, or name another program.`);
}

function works(program: string): boolean {
  try {
    execFileSync(program, ['info'], { stdio: 'ignore', timeout: 30_000 });
    return true;
  } catch {
    return false;
  }
}

function containersOf(program: string): Containers {
  const run = (...args: string[]) =>
    new Promise<string>((settle, reject) => {
      execFile(program, args, (error, stdout) => (error === null ? settle(stdout) : reject(error)));
    });
  return {
    async load(archive) {
      const said = await run('load', '--input', archive);
      const name = /Loaded image(?:\(s\)|s)?: (\S+)/.exec(said)?.[1];
      if (name === undefined) throw new Error(`${program} doesn't say what it loaded: ${said}`);
      return name;
    },
    async start(image, options, args, ready) {
      const child = spawn(
        program,
        ['run', '--rm', '--network', 'host', ...restricted, ...options, image, ...args],
        { stdio: ['ignore', 'pipe', 'pipe'] },
      );
      await answers(child, ready);
      return {
        async stop() {
          const ended = once(child, 'exit');
          // The client passes the signal on.
          child.kill('SIGTERM');
          await ended;
          return child.exitCode;
        },
      };
    },
    remove: async (image) => void (await run('rmi', '--force', image)),
  };
}

async function answers(child: ChildProcess, url: string): Promise<void> {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  try {
    await until(
      `${url} answers`,
      async () => {
        if (child.exitCode !== null) throw new Error(`the container ended: ${output}`);
        const answer = await fetch(url).catch(() => undefined);
        return answer?.status === 200;
      },
      60,
    );
  } catch (error) {
    child.kill('SIGTERM');
    throw new Error(`${(error as Error).message}\n${output}`, { cause: error });
  }
}
