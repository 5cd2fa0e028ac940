import { definitionDigest, digestOf, type Release } from '@lockstep/model/internal';

/** A server's definition of one tool, prompt or resource template. */
export type Definition = Release['tools'][string]['definition'];

/** What a server offers. */
export interface Offer {
  readonly tools: readonly Definition[];
  readonly prompts?: readonly Definition[];
  readonly resourceTemplates?: readonly Definition[];
  readonly instructions?: string;
}

/** A reviewed release of exactly this offer. */
export function releaseOf(offer: Offer): Release {
  const { tools, prompts = [], resourceTemplates = [], instructions } = offer;
  return {
    source: { type: 'command', sha256: '0'.repeat(64) },
    serverInfo: { name: 'test', version: '1.0.0' },
    instructions: instructions === undefined ? null : { text: instructions, digest: digestOf(instructions) },
    tools: keyed(tools, 'name', (definition, name) => ({
      definition,
      digest: definitionDigest(definition, 'tools', name, []),
      class: 'read' as const,
      classFrom: 'person' as const,
      reviewed: true,
    })),
    prompts: keyed(prompts, 'name', (definition, name) => ({
      definition,
      digest: definitionDigest(definition, 'prompts', name, []),
    })),
    resourceTemplates: keyed(resourceTemplates, 'uriTemplate', (definition, name) => ({
      definition,
      digest: definitionDigest(definition, 'resourceTemplates', name, []),
    })),
    resources: resourceTemplates.length > 0,
    completions: false,
    ignore: [],
  };
}

function keyed<T>(
  definitions: readonly Definition[],
  key: string,
  make: (definition: Definition, name: string) => T,
): Record<string, T> {
  return Object.fromEntries(
    definitions.map((definition) => {
      const name = String(definition[key]);
      return [name, make(definition, name)];
    }),
  );
}
