import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { podFolders } from '@lockstep/model/internal';
import { Agent, request } from 'undici';
import { socketFile } from '../kernel/state-folders.ts';
import { parseFlags } from './flags.ts';

const options = { state: { type: 'string', default: podFolders.state } } as const;

/** Seconds for the gateway to answer. */
const timeoutSeconds = 30;

/**
 * Passes the request for an agent's token from standard input to the gateway that runs in this pod, and prints the
 * answer as JSON, `{ status, body }`. Whoever may execute programs in the pod can do this.
 *
 * @throws Error in one sentence if no gateway answers.
 */
export async function askToken(argv: readonly string[]): Promise<void> {
  const { state } = parseFlags('token', argv, options);
  const socketPath = join(state, 'run', socketFile);
  const dispatcher = new Agent({ connect: { socketPath } });
  try {
    const answer = await request('http://localhost/api/v1/tokens', {
      dispatcher,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: await text(process.stdin),
      signal: AbortSignal.timeout(timeoutSeconds * 1000),
    });
    process.stdout.write(
      `${JSON.stringify({ status: answer.statusCode, body: await answer.body.json() })}\n`,
    );
  } catch (error) {
    throw new Error(`No gateway answers at ${socketPath}; wait until it is ready.`, { cause: error });
  } finally {
    await dispatcher.close();
  }
}
