const quote = 34;
const backslash = 92;
const colon = 58;
const comma = 44;
const openers = new Set([123, 91]);
const closers = new Set([125, 93]);

/** Longer than any id or key that matters here. */
const longestToken = 128;

/**
 * Finds the value of the top-level `id` in JSON that is too big to be kept, reading it piece by piece. The result
 * decides only whom to tell that an answer was too large.
 *
 * @example
 * const scanner = idScanner();
 * scanner.feed(Buffer.from('{"result":{"id":1},"id":'));
 * scanner.feed(Buffer.from('7}'));
 * scanner.id(); // 7
 */
export function idScanner(): { feed(bytes: Uint8Array): void; id(): number | string | undefined } {
  let depth = 0;
  let inString = false;
  let escaped = false;
  let isId = false;
  // The text of the current token, as long as it is on the top level and short.
  let token = '';
  let found: string | undefined;

  const keep = (byte: number) => {
    if (depth === 1 && token.length < longestToken) token += String.fromCharCode(byte);
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
