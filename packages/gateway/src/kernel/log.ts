import { type Logger, pino } from 'pino';

/** What is logged: this and what is worse. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
/** How much is logged. */
export type LogLevel = (typeof logLevels)[number];

/** Structured lines on stderr; credentials in what is logged are blanked, should one ever get there. */
export function createLog(level: LogLevel): Logger {
  return pino(
    {
      name: 'lockstep',
      level,
      redact: {
        paths: ['authorization', '*.authorization', 'headers', '*.headers', 'token', '*.token'],
        censor: '[redacted]',
      },
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    pino.destination({ dest: 2, sync: false }),
  );
}

type Write = (fields: Record<string, unknown>, message: string) => void;

/** Where the upstream side logs; a pino logger is one. */
export interface Log {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
}
