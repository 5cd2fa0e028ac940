import type { Command } from 'commander';
import { Failure } from '../kernel/failure.ts';
import { defaultState } from '../project/state-folder.ts';

/** Which gateway a command speaks to, by the state folder that it runs on. */
export interface StateOptions {
  state: string;
  env?: string;
}

/** Which gateway a command speaks to, also one elsewhere, and as whom. */
export interface ConnectionOptions extends StateOptions {
  url?: string;
  tokenFile?: string;
}

export function addStateOptions(command: Command): Command {
  return command
    .option('--state <folder>', 'the state folder that the gateway runs on', defaultState)
    .option('--env <name>', 'the environment, where gateways of several run on the state folder');
}

export function addGatewayOptions(command: Command): Command {
  return addStateOptions(command)
    .option('--url <url>', 'the address of a gateway elsewhere; needs an admin token')
    .option(
      '--token-file <file>',
      'a file that holds the admin token (default: the variable LOCKSTEP_TOKEN)',
    );
}

/** Gathers the values of an option that may be given several times. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** Reads a port that was given to an option. */
export function parsePort(option: string): (text: string) => number {
  return (text) => {
    const port = Number(text);
    if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
    throw new Failure(`${option} ${text} is no port; write a number from 0 to 65535.`);
  };
}
