import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { isObject } from '../../protocol/json-rpc.ts';
import { parseExact } from '../exact-json.ts';
import type { Log } from '../log.ts';
import { readLines } from './lines.ts';
import type { ServerProcess } from './process.ts';
import { logErrors } from './stderr.ts';

/** Milliseconds in which what an exited server had already written still arrives. */
const lastWords = 200;

export interface PipeEvents {
  /** One JSON-RPC message of the server. */
  readonly onMessage: (message: Record<string, unknown>) => void;
  /** A message over the limit was skipped; `id` when it has one. */
  readonly onTooLarge: (id: number | string | undefined) => void;
}

/** A process seen as a stream of messages. */
export interface Pipe {
  /** @returns false when the server has not taken what it was sent before. */
  write(message: object): boolean;
  /** Bytes that the server has not taken yet. */
  backlog(): number;
  /** Settles when nothing more will come: why, as a clause. By then the process is gone. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

/** Reads and writes JSON-RPC lines; whatever else a server prints is logged and passed over. */
export function openPipe(
  server: ServerProcess,
  options: { maxBytes: number; log: Log; fields: Record<string, unknown> } & PipeEvents,
): Pipe {
  const { log, fields, maxBytes, onMessage, onTooLarge } = options;
  const lastError = logErrors(server.errors, log, fields);
  let endless = false;

  readLines(server.output, maxBytes, {
    onLine: (line) => {
      const message = parseLine(line);
      if (message !== undefined) onMessage(message);
      else if (line.trim() !== '')
        log.debug({ ...fields, line: line.slice(0, 200) }, 'not a JSON-RPC message on stdout');
    },
    onSkipped: (id) => {
      log.warn({ ...fields, limit: maxBytes }, 'a message of the server is over the limit and was skipped');
      onTooLarge(id);
    },
    onEndless: () => {
      endless = true;
      server.output.destroy();
    },
  });
  server.output.on('error', () => {});

  return {
    write: (message) => server.input.writable && server.input.write(`${JSON.stringify(message)}\n`),
    backlog: () => server.input.writableLength,
    ended: whyEnded(server).then((reason) => {
      if (endless) return 'wrote a message without an end';
      const words = lastError();
      return words === undefined ? reason : `${reason}; its stderr ends with: ${words.slice(0, 300)}`;
    }),
    stop: () => server.stop(),
  };
}

/** A server that closes its output can answer nobody any more, so its end is the end, even if the process lives. */
async function whyEnded(server: ServerProcess): Promise<string> {
  const closed = once(server.output, 'close').catch(() => {});
  const exit = await Promise.race([server.exited, closed.then(() => undefined)]);
  if (exit !== undefined) await Promise.race([closed, sleep(lastWords)]);
  // A server whose output ends just before it exits should be named by its exit.
  const reason = exit ?? (await Promise.race([server.exited, sleep(lastWords)])) ?? 'closed its output';
  await server.stop();
  return reason;
}

function parseLine(line: string): Record<string, unknown> | undefined {
  try {
    const value = parseExact(line);
    return isObject(value) && value.jsonrpc === '2.0' ? value : undefined;
  } catch {
    return undefined;
  }
}
