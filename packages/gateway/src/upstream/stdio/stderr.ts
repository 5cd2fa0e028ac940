import type { Readable } from 'node:stream';
import { excerpt } from '../excerpt.ts';
import type { Log } from '../log.ts';

const longestLine = 2000;
/** Lines per second that are logged; what is over is counted and said once. */
const linesPerSecond = 50;

/**
 * Passes a server's stderr to the log, line by line, bounded in length and rate.
 *
 * @returns the last line that was not empty: it mostly says why the server ended.
 */
export function logErrors(
  stream: Readable,
  log: Log,
  fields: Record<string, unknown>,
): () => string | undefined {
  let rest = '';
  let last: string | undefined;
  let second = 0;
  let written = 0;
  let dropped = 0;

  const write = (line: string) => {
    const text = excerpt(line, longestLine);
    if (text === '') return;
    last = text;
    const now = Math.floor(performance.now() / 1000);
    if (now !== second) {
      if (dropped > 0)
        log.warn({ ...fields, dropped }, 'lines of stderr were dropped: the server writes too many');
      [second, written, dropped] = [now, 0, 0];
    }
    if (written >= linesPerSecond) {
      dropped += 1;
      return;
    }
    written += 1;
    log.info({ ...fields, stderr: text }, 'server wrote to stderr');
  };

  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = (lines.pop() ?? '').slice(0, longestLine);
    for (const line of lines) write(line);
  });
  stream.on('end', () => write(rest));
  stream.on('error', () => {});
  return () => last;
}
