import type { Readable } from 'node:stream';

/** After this many times the limit without the end of a line, the server isn't read any further. */
const hopeless = 16;

interface LineEvents {
  /** One whole line, without its end. */
  readonly onLine: (line: string) => void;
  /** A line longer than the limit was skipped; `id` is the top-level `id` found in it. */
  readonly onSkipped: (id: number | string | undefined) => void;
  /** A line doesn't end. */
  readonly onEndless: () => void;
}

/**
 * Splits a stream into lines of at most `limit` bytes. A longer line is skipped; only its JSON-RPC id is kept, so that
 * the one request that it answers can fail and no other.
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

const quote = 34;
const backslash = 92;
const colon = 58;
const comma = 44;
const openers = new Set([123, 91]);
const closers = new Set([125, 93]);

/** Longer than any id or key that matters here. */
const maxTokenLength = 128;

/**
 * Finds the value of the top-level `id` in JSON that is too large to keep, piece by piece. It only decides which
 * request is told that its answer was too large.
 *
 * @example
 * const scanner = idScanner();
 * scanner.feed(Buffer.from('{"result":{"id":1},"id":'));
 * scanner.feed(Buffer.from('7}'));
 * scanner.id(); // 7
 */
function idScanner(): { feed(bytes: Uint8Array): void; id(): number | string | undefined } {
  let depth = 0;
  let inString = false;
  let escaped = false;
  let isId = false;
  // The text of the current token, while it is short and on the top level.
  let token = '';
  let found: string | undefined;

  const keep = (byte: number) => {
    if (depth === 1 && token.length < maxTokenLength) token += String.fromCharCode(byte);
  };
  const endValue = () => {
    if (isId) found = token.trim();
    isId = false;
    token = '';
  };

  return {
    feed(bytes) {
      for (const byte of bytes) {
        if (inString) {
          keep(byte);
          if (escaped) escaped = false;
          else if (byte === backslash) escaped = true;
          else if (byte === quote) inString = false;
        } else if (byte === quote) {
          keep(byte);
          inString = true;
        } else if (openers.has(byte)) {
          depth += 1;
        } else if (closers.has(byte)) {
          if (depth === 1) endValue();
          depth -= 1;
        } else if (depth === 1 && byte === colon) {
          isId = token.trim() === '"id"';
          token = '';
        } else if (depth === 1 && byte === comma) {
          endValue();
        } else {
          keep(byte);
        }
      }
    },
    id() {
      try {
        const value: unknown = found === undefined ? undefined : JSON.parse(found);
        return typeof value === 'number' || typeof value === 'string' ? value : undefined;
      } catch {
        return undefined;
      }
    },
  };
}
