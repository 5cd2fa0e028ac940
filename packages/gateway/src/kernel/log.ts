import { blankSecrets, isSecretField, redactedText } from '@lockstep/model/secret-detector';
import { type LogFn, type Logger, pino } from 'pino';

/** The levels of the log, from the most detailed to none. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
/** The log contains this level and all that are more severe. */
export type LogLevel = (typeof logLevels)[number];

/**
 * Writes structured lines and blanks any secrets in them.
 *
 * @param write gets each line. Default: standard error.
 */
export function createLog(level: LogLevel, write?: (line: string) => void): Logger {
  return pino(
    {
      name: 'lockstep',
      level,
      redact: { paths: ['headers', '*.headers'], censor: redactedText },
      // By now, errors inside objects are plain objects without secrets.
      serializers: {
        err: (error: unknown) => (error instanceof Error ? pino.stdSerializers.err(error) : error),
      },
      hooks: {
        logMethod(given, method) {
          // pino handles an error like this, but it wouldn't recognize the plain object as one.
          const [first, message] = given as readonly unknown[];
          const all = first instanceof Error ? [{ err: first }, message ?? first.message] : given;
          method.apply(this, all.map((one) => withoutSecrets(one, maxDepth)) as Parameters<LogFn>);
        },
      },
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    write === undefined ? pino.destination({ dest: 2, sync: false }) : { write },
  );
}

type Write = (fields: Record<string, unknown>, message: string) => void;

/** The log of the upstream side; a pino logger fits. */
export interface Log {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
}

/** Longest text that is logged, in characters: servers choose the length of their errors. */
const maxText = 8192;

/** How many levels of an object are logged; anything deeper appears as `[object]` or `[array]`. */
const maxDepth = 4;

function withoutSecrets(value: unknown, depth: number): unknown {
  if (typeof value === 'string')
    return blankSecrets(value.length > maxText ? `${value.slice(0, maxText)}…` : value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return Array.isArray(value) ? '[array]' : '[object]';
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, depth - 1));
  if (value instanceof Error) return withoutSecrets({ ...pino.stdSerializers.err(value) }, depth);
  const prototype = Object.getPrototypeOf(value);
  // A class of its own may define how it is written.
  if (prototype !== Object.prototype && prototype !== null) return value;
  const members = Object.entries(value).map(([key, member]) => [
    key,
    isSecretField(key, member) ? redactedText : withoutSecrets(member, depth - 1),
  ]);
  return Object.fromEntries(members);
}
