/** The tools that {@link file://./raw-stdio.ts} offers; tests make its release from them. */
export const rawStdioTools = [
  'echo',
  'whoami',
  'environment',
  'wait',
  'exit',
  'big',
  'ask',
  'spawn',
  'change',
  'restore',
  'cancelled',
  'mute',
  'number',
].map((name) => ({
  name,
  description: `Does ${name}.`,
  inputSchema: { type: 'object' },
  annotations: { readOnlyHint: true, 'x-vendor': 1 },
}));

/** The answer of `whoami`. */
export interface Who {
  readonly pid: number;
  /** How often this process was asked. */
  readonly calls: number;
}

/** The answer of `environment`. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly argv: readonly string[];
}
