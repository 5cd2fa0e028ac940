import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createLog } from '../log.ts';
import { parseBridgeArguments } from './arguments.ts';
import { startBridge } from './bridge.ts';

/** Bytes of the key that gateway and bridges share. */
const keyLength = 32;

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
  const bridge = await startBridge({ ...settings, secret, env: process.env, log });
  log.info({ port: bridge.port, command: settings.command }, 'the bridge serves');
  await told;
  log.info({}, 'the bridge stops');
  await bridge.close();
}

async function readBridgeKey(path: string): Promise<Uint8Array> {
  const key = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new Error(
      `The bridge key ${path} can't be read (${error.code}); mount the gateway's \`bridge.key\` there.`,
    );
  });
  if (key.length !== keyLength) {
    throw new Error(`${path} holds ${key.length} bytes where a bridge key has ${keyLength}; make it anew.`);
  }
  return key;
}
