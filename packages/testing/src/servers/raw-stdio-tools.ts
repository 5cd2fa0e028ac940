/** What {@link file://./raw-stdio.ts} offers; tests make its release of them. */
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

/** What `whoami` answers. */
export interface Who {
  readonly pid: number;
  /** How often it was called in this process. */
  readonly calls: number;
}

/** What `environment` answers. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly argv: readonly string[];
}
