import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TokenFileEntry } from '@lockstep/gateway';
import { type DeployedWorld, deployedFiles } from '@lockstep/testing/deployed';
import { writeVolume } from '@lockstep/testing/kubelet-volume';
import { repository } from './project.ts';
import { type Running, startUp } from './running.ts';

const main = join(repository, 'packages/gateway/src/pod/main.ts');
const cli = join(repository, 'packages/cli/src/main.ts');

/** How a program ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The mounted folders of a gateway's pod, written as the kubelet writes them, with the real program. */
export interface Pod extends AsyncDisposable {
  readonly folder: string;
  /** Changes the ConfigMaps. */
  deploy(world: DeployedWorld): Promise<void>;
  /** Changes the Secret with the token file. */
  writeTokens(entries: readonly unknown[]): Promise<void>;
  /** Makes a token as `lockstep token create --offline` does. */
  makeToken(subject: string, ...options: string[]): Promise<{ token: string; entry: TokenFileEntry }>;
  /** Starts `serve`, which clients also reach at `hosts`, by default `https://mcp.example.com`; waits until it is ready. */
  start(at?: { readonly host?: string; readonly hosts?: string }): Promise<Running>;
  /** Runs the program until it ends by itself. */
  run(argv: readonly string[], input?: string): Promise<Ended>;
  /** The arguments of `serve` in this pod. */
  readonly argv: readonly string[];
}

/** Flags with which Node runs our source. */
const source = ['--conditions=lockstep-source'];

/** @param program what Node runs. Default: the image's program, from its source. */
export async function makePod(program: readonly string[] = [...source, main]): Promise<Pod> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-pod-'));
  const at = (name: string) => join(folder, name);
  const serve = [
    ...['serve', '--bundle', at('bundle'), '--keys', at('keys'), '--tokens', at('tokens/tokens.json')],
    ...['--state', at('state'), '--host', '127.0.0.1', '--port', '0', '--metrics-port', '0'],
  ];

  const made = await run([...source, cli, 'keys', 'create', at('made')]);
  if (made.code !== 0) throw new Error(made.stderr);
  const keys = (await readdir(at('made'))).filter((name) => name.endsWith('.key'));
  const files = keys.map(async (name) => [name, await readFile(at(`made/${name}`))] as const);
  // Readable by the group, as with an fsGroup.
  await writeVolume(at('keys'), new Map(await Promise.all(files)), 0o440);

  return {
    folder,
    argv: serve,
    deploy: (world) => writeVolume(at('bundle'), deployedFiles(world)),
    writeTokens: (entries) =>
      writeVolume(at('tokens'), new Map([['tokens.json', JSON.stringify(entries)]]), 0o440),
    async makeToken(subject, ...options) {
      const argv = ['token', 'create', subject, '--owner', 'ada', '--offline', '--json', ...options];
      return JSON.parse((await run([...source, cli, ...argv])).stdout);
    },
    start: ({ host = '127.0.0.1', hosts = 'https://mcp.example.com' } = {}) =>
      startUp({
        command: [process.execPath, ...program, ...serve, '--host', host],
        cwd: folder,
        env: { ...process.env, LOCKSTEP_ALLOWED_HOSTS: hosts },
        state: at('state'),
      }),
    run: (argv, input) => run([...program, ...argv], input),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

async function run(argv: readonly string[], input = ''): Promise<Ended> {
  const child = spawn(process.execPath, argv);
  child.stdin.end(input);
  const [out, err] = [child.stdout, child.stderr].map(async (stream) => {
    let text = '';
    for await (const chunk of stream.setEncoding('utf8')) text += chunk;
    return text;
  });
  await once(child, 'close');
  return { code: child.exitCode, stdout: (await out) ?? '', stderr: (await err) ?? '' };
}
