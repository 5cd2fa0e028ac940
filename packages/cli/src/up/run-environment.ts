import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningGateway } from '@lockstep/gateway';
import type { CommandContext } from '../kernel/context.ts';
import { Failure, sentenceOf } from '../kernel/failure.ts';
import { isPortInUse } from '../kernel/port.ts';
import { createContainers } from '../launch/containers.ts';
import { type Host, launchOf } from '../launch/launch.ts';
import { environmentSecrets } from '../launch/local-secrets.ts';
import { isAtLeast, type LogLevel, parseEntry, printEntry } from '../log/entry.ts';
import { openLogFile } from '../log/log-file.ts';
import { compareEnvironments, printChanges } from '../plan/compare.ts';
import { programPaths } from '../project/load.ts';
import { openFolder, stateFolder } from '../project/state-folder.ts';
import { announce, describeRunning } from './announce.ts';
import { type Prepared, prepareEnvironment } from './prepare-environment.ts';
import { watchFiles } from './watch.ts';

export interface UpOptions {
  port: number;
  host: string;
  allowHost?: string[];
  metricsPort: number;
  state: string;
  config: string;
  logLevel: LogLevel | 'silent';
  json?: boolean;
}

/** Time that servers have to come up before what runs is announced: a slow one delays nobody. */
const startMs = 3000;

/** Runs an environment on this machine until it is asked to stop, and applies edits of its program meanwhile. */
export async function runEnvironment(
  name: string,
  options: UpOptions,
  context: CommandContext,
): Promise<void> {
  const loading = import('@lockstep/gateway');
  const paths = programPaths(options.config, context.cwd);
  const state = stateFolder(options.state, context.cwd);
  openFolder(state.root, options.state);
  await refusePortInUse(options.host, options.port);
  await refusePortInUse('127.0.0.1', options.metricsPort, '--metrics-port');
  await using opened = new AsyncDisposableStack();
  const containers = createContainers(state.environment(name).root);
  opened.defer(() => containers.close());
  const secrets = await environmentSecrets(state, name, context);
  const host: Host = {
    packages: state.packages,
    cwd: context.cwd,
    project: dirname(paths.config),
    env: context.env,
    containers,
    secrets,
  };
  const prepare = () => prepareEnvironment({ paths, name, state, host, context });
  let prepared = await prepare();
  // From here on, so that no edit is missed; it is taken up once the gateway serves.
  const started = Promise.withResolvers<void>();
  let applying = started.promise;
  const files = watchFiles(() => {
    applying = applying.then(() => apply());
  });
  opened.defer(() => files.close());
  files.follow(prepared.project.files);
  const { bundleFolder, startGateway } = await loading;

  // From here on there is something to end in order; before, a signal simply ends this process.
  const stopped = untilStopped();
  const gateway = await startGateway({
    bundle: bundleFolder(state.environment(name).bundle),
    launch: (server, definition, release) => launchOf(server, definition, release, host),
    secrets,
    stateDir: state.environment(name).root,
    host: options.host,
    port: options.port,
    metricsPort: options.metricsPort,
    allowedHosts: options.allowHost ?? [],
    // The log file has what happened, also where the terminal shows only what goes wrong.
    logLevel: options.logLevel === 'debug' ? 'debug' : 'info',
    onLogLine: logTo(state.environment(name).log, options.logLevel, context),
  });
  opened.defer(() => gateway.close());
  gateway.onBundleRejected((why) => context.note(`The gateway doesn't take the bundle: ${why}`));

  const apply = async () => {
    try {
      const next = await prepare();
      await applyChange(gateway, next, prepared, context);
      prepared = next;
      files.follow(prepared.project.files);
    } catch (error) {
      const title = "The change isn't taken up; the last good program stays in force:";
      context.note(context.paint.red(`${title}\n${sentenceOf(error)}`));
    }
  };

  started.resolve();

  await Promise.race([stopped, settled(gateway)]);
  if (options.json) context.json(describeRunning(gateway, prepared));
  else announce(gateway, prepared, options, context);
  await Promise.race([stopped, gateway.closed]);
  files.close();
  await applying;
  if (!options.json) context.note('Stopping…');
}

/** Puts a changed program in force, and says what it changes. */
async function applyChange(
  gateway: RunningGateway,
  next: Prepared,
  before: Prepared,
  context: CommandContext,
): Promise<void> {
  const digest = gateway.digest();
  await gateway.lookForBundle();
  if (gateway.digest() === digest) return;
  const { name } = next.environment;
  const changes = compareEnvironments({ [name]: before.environment }, { [name]: next.environment }, [name]);
  context.note(`Taken up: ${gateway.digest()}`);
  for (const line of printChanges(changes)) context.note(`  ${line}`);
}

/** Takes the gateway's log: all of it into the file, and what was asked for onto standard error. */
function logTo(file: string, level: UpOptions['logLevel'], context: CommandContext): (line: string) => void {
  const append = openLogFile(file, (code) =>
    context.note(`The log file ${file} can't be written (${code}).`),
  );
  return (line) => {
    append(line);
    if (level === 'silent') return;
    const entry = parseEntry(line);
    if (entry === undefined || !isAtLeast(entry, level)) return;
    context.note(context.isTerminal ? printEntry(entry, context.paint) : line.trimEnd());
  };
}

/** Settles when every server is up or down, or after a while. */
async function settled(gateway: RunningGateway): Promise<void> {
  const end = Date.now() + startMs;
  while (Date.now() < end && gateway.health().some(({ state }) => state === 'starting')) await sleep(50);
}

/** Finds out early, before anything is installed or started. @throws Failure when something listens there. */
async function refusePortInUse(host: string, port: number, option = '--port'): Promise<void> {
  if (port !== 0 && (await isPortInUse(host, port)))
    throw new Failure(`port ${port} is in use; stop what listens there, or choose another with ${option}.`);
}

/**
 * Settles when this process is asked to stop. Asked again, it ends at once: whoever presses Ctrl-C twice means it.
 */
function untilStopped(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let asked = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (asked) process.exit(130);
      asked = true;
      resolve();
    });
  }
  return promise;
}
