import { blankSecrets, isSecretField, redactedText } from '@lockstep/model/secret-detector';
import { type LogFn, type Logger, pino } from 'pino';

/** What is logged: this and what is worse. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
/** How much is logged. */
export type LogLevel = (typeof logLevels)[number];

/**
 * Logs structured lines. Should a secret ever get into one, it is blanked.
 *
 * @param write takes each line. Default: standard error.
 */
export function createLog(level: LogLevel, write?: (line: string) => void): Logger {
  return pino(
    {
      name: 'lockstep',
      level,
      redact: { paths: ['headers', '*.headers'], censor: redactedText },
      // Errors inside of objects were written, without secrets, before pino sees them.
      serializers: {
        err: (error: unknown) => (error instanceof Error ? pino.stdSerializers.err(error) : error),
      },
      hooks: {
        logMethod(given, method) {
          // As pino has it for errors, which would not know this one for an error any more.
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

/** Where the upstream side logs; a pino logger is one. */
export interface Log {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
}

/** Characters of a text that are logged: servers say how long their errors are. */
const maxText = 8192;

/** Levels of objects that are logged; of what lies deeper only that it is there. */
const maxDepth = 4;

function withoutSecrets(value: unknown, depth: number): unknown {
  if (typeof value === 'string')
    return blankSecrets(value.length > maxText ? `${value.slice(0, maxText)}…` : value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return Array.isArray(value) ? '[array]' : '[object]';
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, depth - 1));
  if (value instanceof Error) return withoutSecrets({ ...pino.stdSerializers.err(value) }, depth);
  const prototype = Object.getPrototypeOf(value);
  // Whatever has a way of its own to be written.
  if (prototype !== Object.prototype && prototype !== null) return value;
  const members = Object.entries(value).map(([key, member]) => [
    key,
    isSecretField(key, member) ? redactedText : withoutSecrets(member, depth - 1),
  ]);
  return Object.fromEntries(members);
}
