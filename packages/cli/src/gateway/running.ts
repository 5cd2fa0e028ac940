import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { CommandContext } from '../kernel/context.ts';
import { Failure } from '../kernel/failure.ts';
import { stateFolder } from '../project/state-folder.ts';
import type { StateOptions } from './options.ts';

/** A gateway that runs on a state folder. */
interface FoundGateway {
  readonly environment: string;
  readonly url: string;
  readonly socket: string;
  readonly pid: number;
}

const runFileSchema = z.object({ pid: z.int().positive(), url: z.string() });

/**
 * The gateway that runs on a state folder; undefined when none does.
 *
 * @throws Failure when several do and none was chosen.
 */
export function runningGateway(
  options: StateOptions,
  context: Pick<CommandContext, 'cwd'>,
): FoundGateway | undefined {
  const running = runningGateways(options.state, context.cwd);
  if (options.env !== undefined) return running.find(({ environment }) => environment === options.env);
  if (running.length > 1) {
    const names = running.map(({ environment }) => environment).join(', ');
    throw new Failure(`several gateways run on ${options.state}: ${names}; choose one with --env.`);
  }
  return running[0];
}

/**
 * The same, where a command can do nothing without one.
 *
 * @throws Failure when none runs, or several do and none was chosen.
 */
export function requireGateway(options: StateOptions, context: Pick<CommandContext, 'cwd'>): FoundGateway {
  const gateway = runningGateway(options, context);
  if (gateway !== undefined) return gateway;
  const which = options.env === undefined ? '' : ` of ${options.env}`;
  throw new Failure(
    `no gateway${which} runs on the state folder ${options.state}; start one with \`lockstep up\`, or name --state or --url.`,
  );
}

function runningGateways(state: string, cwd: string): FoundGateway[] {
  const folder = stateFolder(state, cwd);
  return environmentsOn(folder.root).flatMap((environment) => {
    const { run, socket } = folder.environment(environment);
    const file = readRunFile(join(run, 'gateway.json'));
    return file !== undefined && isAlive(file.pid) ? [{ environment, socket, ...file }] : [];
  });
}

/** The environments that a state folder holds anything of. */
export function environmentsOn(root: string): string[] {
  try {
    return readdirSync(root, { withFileTypes: true })
      .filter(
        (entry) => entry.isDirectory() && entry.name !== 'packages' && /^[a-z][a-z0-9-]*$/.test(entry.name),
      )
      .map((entry) => entry.name)
      .sort();
  } catch {
    return [];
  }
}

function readRunFile(path: string): { pid: number; url: string } | undefined {
  try {
    return runFileSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
