import { once } from 'node:events';
import { createLog } from '../kernel/log.ts';
import { readBridgeKey } from '../keys/bridge-key.ts';
import { parseBridgeArguments } from './arguments.ts';
import { startBridge } from './bridge.ts';

/**
 * Runs a bridge until the process is told to end (SIGTERM, SIGINT): calls in flight finish, and no process of the
 * server is left.
 *
 * @param argv what follows `bridge` on the command line: `--processes 16 -- node server.js`.
 * @throws Error in one sentence when it can't start.
 */
export async function runBridge(argv: readonly string[]): Promise<void> {
  const { keyFile, ...settings } = parseBridgeArguments(argv);
  const log = createLog('info');
  // Before anything is started: the first process of a container has no other way to hear of its end.
  const told = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  const secret = await readBridgeKey(keyFile);
  if (secret === undefined)
    throw new Error(`${keyFile} is missing; mount the gateway's \`bridge.key\` there.`);
  const bridge = await startBridge({ ...settings, secret, env: process.env, log });
  log.info({ port: bridge.port, command: settings.command }, 'the bridge serves');
  await told;
  log.info({}, 'the bridge stops');
  await bridge.close();
}
