import type { Readable } from 'node:stream';
import { idScanner } from './id-scanner.ts';

/** After that many times the limit without a line's end, the server isn't read any further. */
const hopeless = 16;

export interface LineEvents {
  /** One whole line, without its end. */
  readonly onLine: (line: string) => void;
  /** A line that was longer than the limit and has been skipped; `id` is the top-level `id` found in it. */
  readonly onSkipped: (id: number | string | undefined) => void;
  /** A line without an end in sight. */
  readonly onEndless: () => void;
}

/**
 * Splits a stream into lines of at most `limit` bytes. A longer line is skipped without being kept, but for its
 * JSON-RPC id, so that the one request that it answers can be failed and nobody else's.
 */
export function readLines(stream: Readable, limit: number, events: LineEvents): void {
  let kept: Buffer[] = [];
  let length = 0;
  let skipping: ReturnType<typeof idScanner> | undefined;

  const take = (part: Buffer) => {
    length += part.length;
    if (skipping === undefined && length > limit) {
      skipping = idScanner();
      for (const earlier of kept) skipping.feed(earlier);
      kept = [];
    }
    if (skipping === undefined) kept.push(part);
    else if (length <= limit * hopeless) skipping.feed(part);
    else events.onEndless();
  };

  const end = () => {
    if (skipping !== undefined) events.onSkipped(skipping.id());
    else if (length > 0)
      events.onLine(kept.length === 1 ? String(kept[0]) : Buffer.concat(kept, length).toString());
    kept = [];
    length = 0;
    skipping = undefined;
  };

  stream.on('data', (chunk: Buffer) => {
    let from = 0;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
      take(chunk.subarray(from, at));
      end();
      from = at + 1;
    }
    if (from < chunk.length) take(chunk.subarray(from));
  });
}
