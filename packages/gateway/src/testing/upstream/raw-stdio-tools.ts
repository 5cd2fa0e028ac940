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
