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

/** @param token what kind of token the command takes. */
export function addGatewayOptions(command: Command, token = 'an admin token'): Command {
  return addStateOptions(command)
    .option('--url <url>', `the address of a gateway elsewhere; needs ${token}`)
    .option('--token-file <file>', `a file that holds ${token} (default: the variable LOCKSTEP_TOKEN)`);
}

/** Gathers the values of an option that may be given several times. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/**
 * The address at which MCP clients reach a gateway, or one of its servers.
 *
 * @param base the gateway's address, with or without `/mcp`.
 * @throws Failure when it is none.
 * @example
 * mcpUrl('https://mcp.example.com/', 'files'); // 'https://mcp.example.com/mcp/files'
 */
export function mcpUrl(base: string, server?: string): string {
  if (!URL.canParse(base) || !/^https?:$/.test(new URL(base).protocol)) {
    throw new Failure(`--url ${base} is no http or https address; write it like https://mcp.example.com.`);
  }
  const root = new URL(base).href.replace(/\/+$/, '').replace(/\/mcp$/, '');
  return server === undefined ? `${root}/mcp` : `${root}/mcp/${server}`;
}
