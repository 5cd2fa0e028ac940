import { definitionDigest, proposeClass, type Release } from '@lockstep/model/internal';

/** The release that `lockstep lock` writes for a server with these tools, with every class confirmed. */
export function reviewedRelease(
  source: Release['source'],
  definitions: readonly (Release['tools'][string]['definition'] & { readonly name: string })[],
): Release {
  const tools = definitions.map((definition) => {
    const digest = definitionDigest(definition, 'tools', definition.name, []);
    return [definition.name, { definition, digest, ...proposeClass(definition), reviewed: true }] as const;
  });
  return {
    source,
    serverInfo: { name: 'test', version: '1.0.0' },
    instructions: null,
    tools: Object.fromEntries(tools),
    prompts: {},
    resourceTemplates: {},
    resources: false,
    completions: false,
    ignore: [],
  };
}
