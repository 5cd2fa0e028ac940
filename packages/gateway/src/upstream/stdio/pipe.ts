import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRecord } from '@lockstep/model/internal';
import { messageOf } from '../../kernel/errors.ts';
import type { Log } from '../../kernel/log.ts';
import { excerpt } from '../../kernel/redaction.ts';
import { parseExact } from '../../protocol/exact-json.ts';
import { readLines } from './lines.ts';
import type { ServerProcess } from './server-process.ts';

/** Most bytes that wait for a server that doesn't read; it may keep writing requests that need a refusal. */
const maxBacklogBytes = 16 * 1024 * 1024;
/** Milliseconds in which output that an exited server had written still arrives. */
const lastWordsMs = 200;

/** Most lines per second that aren't messages; a server that prints more would keep the gateway from its work. */
const maxOtherLinesPerSecond = 5000;

interface PipeEvents {
  /** One JSON-RPC message of the server. */
  readonly onMessage: (message: Record<string, unknown>) => void;
  /** A message over the limit was skipped; `id` is its id, if it has one. */
  readonly onTooLarge: (id: number | string | undefined) => void;
}

/** A process as a stream of messages. */
export interface Pipe {
  /** Drops the message if too much waits for the server. @returns whether the server reads what it is sent. */
  write(message: object): boolean;
  /** Whether the server has left so much unread that nothing more is sent to it. */
  isFull(): boolean;
  /** Settles when nothing more will come, with the reason as a clause. By then the process has ended. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

/** Reads and writes JSON-RPC lines; any other output of the server is logged and ignored. */
export function openPipe(
  server: ServerProcess,
  options: { maxBytes: number; log: Log; fields: Record<string, unknown> } & PipeEvents,
): Pipe {
  const { log, fields, maxBytes, onMessage, onTooLarge } = options;
  const lastError = logErrors(server.errors, log, fields);
  const mayPrint = allowance(maxOtherLinesPerSecond);
  let why: string | undefined;
  let warned = false;
  const giveUp = (reason: string) => {
    why ??= reason;
    server.output.destroy();
  };

  /** Nothing that a server writes may end the gateway: JSON can nest deeper than the stack allows. */
  const take = (message: Record<string, unknown>) => {
    try {
      onMessage(message);
    } catch (error) {
      log.warn({ ...fields, error: messageOf(error) }, 'a message of the server could not be handled');
    }
  };

  readLines(server.output, maxBytes, {
    onLine: (line) => {
      const message = parseLine(line);
      if (message !== undefined) take(message);
      else if (!mayPrint())
        giveUp(`wrote over ${maxOtherLinesPerSecond} lines in a second that are not messages`);
      else if (line.trim() !== '') {
        log[warned ? 'debug' : 'warn'](
          { ...fields, line: line.slice(0, 200) },
          'the server prints something other than messages to its standard output, which is ignored; have it log to its standard error',
        );
        warned = true;
      }
    },
    onSkipped: (id) => {
      log.warn({ ...fields, limit: maxBytes }, 'a message of the server is over the limit and was skipped');
      onTooLarge(id);
    },
    onEndless: () => giveUp('wrote a message without an end'),
  });
  server.output.on('error', () => {});

  return {
    write: (message) =>
      server.input.writable &&
      server.input.writableLength <= maxBacklogBytes &&
      server.input.write(`${JSON.stringify(message)}\n`),
    isFull: () => server.input.writableLength > maxBacklogBytes,
    ended: whyEnded(server).then((reason) => {
      if (why !== undefined) return why;
      const words = lastError();
      return words === undefined ? reason : `${reason}; its stderr ends with: ${words.slice(0, 300)}`;
    }),
    stop: () => server.stop(),
  };
}

/** Why the server ended. A server that closes its output can't answer, so it has ended even if the process hasn't. */
async function whyEnded(server: ServerProcess): Promise<string> {
  const closed = once(server.output, 'close').catch(() => {});
  const exit = await Promise.race([server.exited, closed.then(() => undefined)]);
  if (exit !== undefined) await Promise.race([closed, sleep(lastWordsMs)]);
  // If the output ends just before the process exits, the exit is the better reason.
  const reason = exit ?? (await Promise.race([server.exited, sleep(lastWordsMs)])) ?? 'closed its output';
  await server.stop();
  return reason;
}

function parseLine(line: string): Record<string, unknown> | undefined {
  // The first character rules out most lines that aren't messages, a hundred times faster.
  if (!/^\s{0,8}\{/.test(line)) return undefined;
  try {
    const value = parseExact(line);
    return isRecord(value) && value.jsonrpc === '2.0' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Returns a function that says whether something may happen once more in this second of the clock. */
export function allowance(perSecond: number): () => boolean {
  let second = 0;
  let used = 0;
  return () => {
    const now = Math.floor(performance.now() / 1000);
    if (now !== second) [second, used] = [now, 0];
    used += 1;
    return used <= perSecond;
  };
}

const maxLineLength = 2000;
/** Lines per second that are logged; the others are counted and reported once. */
const linesPerSecond = 50;

/**
 * Writes a server's stderr to the log, line by line, limited in length and rate.
 *
 * @returns the last line that was not empty, which usually says why the server ended.
 */
export function logErrors(
  stream: Readable,
  log: Log,
  fields: Record<string, unknown>,
): () => string | undefined {
  let rest = '';
  let last: string | undefined;
  let dropped = 0;
  const mayWrite = allowance(linesPerSecond);

  const write = (line: string) => {
    const text = excerpt(line, maxLineLength);
    if (text === '') return;
    last = text;
    if (!mayWrite()) {
      dropped += 1;
      return;
    }
    if (dropped > 0)
      log.warn({ ...fields, dropped }, 'lines of stderr were dropped: the server writes too many');
    dropped = 0;
    log.info({ ...fields, stderr: text }, 'server wrote to stderr');
  };

  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = (lines.pop() ?? '').slice(0, maxLineLength);
    for (const line of lines) write(line);
  });
  stream.on('end', () => write(rest));
  stream.on('error', () => {});
  return () => last;
}
