import { definitionDigest, type Release } from '@lockstep/model/internal';

type AccessClass = 'read' | 'write' | 'destructive';
type Definition = Release['tools'][string]['definition'];

const tool = (name: string, properties: Definition = {}): Definition => ({
  name,
  description: `Does ${name}.`,
  inputSchema: { type: 'object', properties },
});

/** What both attacked servers offer, with the reviewed classes. */
export const offeredTools = {
  read: { definition: tool('read'), class: 'read' },
  act: { definition: tool('act'), class: 'read' },
  write: { definition: tool('write', { path: { type: 'string' } }), class: 'write' },
  drop: { definition: tool('drop'), class: 'destructive' },
  hook: {
    definition: tool('hook', {
      signature: { type: 'string', writeOnly: true, 'x-mcp-header': 'Signature' },
      tags: { type: 'array', uniqueItems: true },
    }),
    class: 'read',
  },
} satisfies Record<string, { definition: Definition; class: AccessClass }>;

/** A prompt with the name of a tool: they are different items. */
export const offeredPrompt: Definition = { name: 'read', arguments: [{ name: 'topic' }] };
export const offeredTemplate: Definition = { uriTemplate: 'file:///public/{name}', name: 'public' };

/** The URL that both were locked from; the tests run them elsewhere. */
export const lockedUrl = 'http://127.0.0.1:1/mcp';

export const release: Release = {
  source: { type: 'remote', url: lockedUrl },
  serverInfo: { name: 'attacked', version: '1.0.0' },
  instructions: null,
  tools: Object.fromEntries(
    Object.entries(offeredTools).map(([name, { definition, class: accessClass }]) => [
      name,
      {
        definition,
        digest: definitionDigest(definition, 'tools', name, []),
        class: accessClass as AccessClass,
        classFrom: 'person' as const,
        reviewed: true,
      },
    ]),
  ),
  prompts: {
    read: { definition: offeredPrompt, digest: definitionDigest(offeredPrompt, 'prompts', 'read', []) },
  },
  resourceTemplates: {
    'file:///public/{name}': {
      definition: offeredTemplate,
      digest: definitionDigest(offeredTemplate, 'resourceTemplates', 'file:///public/{name}', []),
    },
  },
  resources: true,
  completions: true,
  ignore: [],
};

export const capabilities = {
  tools: { listChanged: true },
  prompts: {},
  resources: {},
  completions: {},
};
