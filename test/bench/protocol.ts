/** The two eras of the protocol: with sessions, and stateless. */
export type Era = 'legacy' | 'modern';
export const legacyVersion = '2025-11-25';
export const modernVersion = '2026-07-28';

const strings = (...names: string[]) => ({
  type: 'object',
  properties: Object.fromEntries(
    names.map((name) => [name, { type: 'string', description: `The ${name}.` }]),
  ),
  required: names,
  additionalProperties: false,
});

/** The upstream's tools: a read, a write, one that every environment refuses, and some that fill the list. */
export const toolDefinitions = [
  {
    name: 'echo',
    description: 'Returns the text.',
    inputSchema: strings('text'),
    annotations: { readOnlyHint: true },
  },
  {
    name: 'put',
    description: 'Stores a value under a key.',
    inputSchema: strings('key', 'value'),
    annotations: { readOnlyHint: false, destructiveHint: false },
  },
  {
    name: 'drop',
    description: 'Forgets everything; always refused.',
    inputSchema: strings('key'),
    annotations: { readOnlyHint: false, destructiveHint: true },
  },
  ...Array.from({ length: 17 }, (_, index) => ({
    name: `look_up_${index + 1}`,
    description: `Looks something up in collection number ${index + 1} and returns what is there.`,
    inputSchema: strings('collection', 'word'),
    annotations: { readOnlyHint: true },
  })),
];
