type Write = (fields: Record<string, unknown>, message: string) => void;

/** Where the upstream side logs; a pino logger is one. */
export interface Log {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
}
