import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundleFolder, type RunningGateway, startGateway } from '@lockstep/gateway';
import { Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { codeOf, Failure, sentenceOf } from '../failure.ts';
import { createContainers } from '../launch/containers.ts';
import { type Host, launchOf } from '../launch/launch.ts';
import { compareEnvironments, printChanges } from '../plan/compare.ts';
import { defaultConfig, programPaths } from '../project/load.ts';
import { defaultState, openFolder, stateFolder } from '../project/state-folder.ts';
import { announce, describe } from '../up/announce.ts';
import { type Prepared, prepareEnvironment } from '../up/environment.ts';
import { portInUse, refusePortInUse } from '../up/port.ts';
import { untilStopped } from '../up/signals.ts';
import { watchFiles } from '../up/watch.ts';

const examples = `
Runs the gateway in this process and the environment's servers below it, until Ctrl-C. Edits of the program and of its
lock are taken up at once, without dropping a call; one that doesn't hold together is refused, loudly, and the last
good one stays. Packages are installed once, from the lock, into the state folder.

Examples:
  $ lockstep up                     the dev environment on http://127.0.0.1:7411/mcp
  $ lockstep up prod                production's permissions on this machine
  $ lockstep up staging --port 0    on any free port

Exit codes: 0 stopped by Ctrl-C, 2 could not run.`;

interface Options {
  port: number;
  host: string;
  state: string;
  config: string;
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  json?: boolean;
}

export function upCommand(context: Context): Command {
  return new Command('up')
    .description('run an environment here: the gateway and its servers')
    .argument('[env]', 'the environment', 'dev')
    .option('--port <port>', 'the port to listen on; 0 takes a free one', parsePort, 7411)
    .option('--host <address>', 'the address to listen on; beyond loopback, tokens must exist', '127.0.0.1')
    .option('--state <folder>', 'the state folder', defaultState)
    .option('--config <file>', 'the program', defaultConfig)
    .addOption(
      new Option('--log-level <level>', 'what the gateway logs on standard error')
        .choices(['debug', 'info', 'warn', 'error', 'silent'])
        .default('warn'),
    )
    .option('--json', 'print JSON once it is up')
    .addHelpText('after', examples)
    .action((name: string, options: Options) => up(name, options, context));
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new Failure(`--port ${text} is no port; write a number from 0 to 65535.`);
}

async function up(name: string, options: Options, context: Context): Promise<void> {
  const paths = programPaths(options.config, context.cwd);
  const state = stateFolder(options.state, context.cwd);
  openFolder(state.root, options.state);
  openFolder(state.environment(name).root, `${options.state}/${name}`);
  await using opened = new AsyncDisposableStack();
  const containers = createContainers(state.root);
  opened.defer(() => containers.close());
  const host: Host = {
    packages: state.packages,
    cwd: context.cwd,
    project: dirname(paths.config),
    env: context.env,
    containers,
  };
  const prepare = () => prepareEnvironment({ paths, name, state, host, context });
  await refusePortInUse(options.host, options.port);
  let prepared = await prepare();

  // From here on there is something to end in order; before, a signal simply ends this process.
  const stopped = untilStopped();
  const gateway = await start(options, {
    bundle: bundleFolder(state.environment(name).bundle),
    launch: (server, definition, release) => launchOf(server, definition, release, host),
    stateDir: state.environment(name).root,
    host: options.host,
    port: options.port,
    logLevel: options.logLevel,
  });
  opened.defer(() => gateway.close());

  const files = watchFiles(() => void take());
  opened.defer(() => files.close());
  files.follow(prepared.project.files);
  let taking = Promise.resolve();
  const take = () => {
    taking = taking.then(async () => {
      try {
        prepared = await takeUp(gateway, await prepare(), prepared, context);
        files.follow(prepared.project.files);
      } catch (error) {
        context.note(
          context.paint.red(
            `The change isn’t taken up; the last good program stays in force:\n${sentenceOf(error)}`,
          ),
        );
      }
    });
    return taking;
  };
  gateway.onBundleRejected((why) => context.note(`The gateway doesn’t take the bundle: ${why}`));

  await settled(gateway);
  if (options.json) context.json(describe(gateway, prepared));
  else announce(gateway, prepared, context);
  await Promise.race([stopped, gateway.closed]);
  if (!options.json) context.note('Stopping…');
}

async function start(options: Options, gateway: Parameters<typeof startGateway>[0]): Promise<RunningGateway> {
  try {
    return await startGateway(gateway);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EADDRINUSE') throw portInUse(options.port);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new Failure(`--host ${options.host} is no address of this machine; use 127.0.0.1.`, {
        cause: error,
      });
    }
    if (code === 'EACCES' && options.port > 0 && options.port < 1024) {
      throw new Failure(`port ${options.port} is for the system; choose one above 1023 with --port.`, {
        cause: error,
      });
    }
    throw error;
  }
}

/** Puts a changed program in force, and says what it changes. */
async function takeUp(
  gateway: RunningGateway,
  next: Prepared,
  before: Prepared,
  context: Context,
): Promise<Prepared> {
  const digest = gateway.digest();
  await gateway.lookForBundle();
  if (gateway.digest() === digest) return next;
  context.print(`\nTaken up: ${gateway.digest()}`);
  const { name } = next.environment;
  const changes = compareEnvironments({ [name]: before.environment }, { [name]: next.environment }, [name]);
  for (const line of printChanges(changes)) context.print(`  ${line}`);
  return next;
}

/** Waits for every server to be up or down, but not for long: a slow one delays nobody. */
async function settled(gateway: RunningGateway): Promise<void> {
  const end = Date.now() + patience;
  while (Date.now() < end && gateway.health().some(({ state }) => state === 'starting')) await sleep(50);
}

const patience = 3000;
