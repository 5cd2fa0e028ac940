import type { Catalog, Definition } from '@lockstep/gateway';
import {
  definitionDigest,
  digestOf,
  type LockedItem,
  type LockedTool,
  proposeClass,
  type Release,
  type Source,
} from '@lockstep/model/internal';

/** A definition, which came out of JSON and so goes back into it. */
type Json = LockedItem['definition'];

/**
 * Makes the release of what a server offers.
 *
 * @param previous releases of the same server, nearest first: a class that a person has confirmed for exactly the
 * same definition counts here too, and the host-specific pointers are taken over.
 */
export function makeRelease(source: Source, catalog: Catalog, previous: readonly Release[]): Release {
  const ignore = previous[0]?.ignore ?? [];
  const item =
    (kind: 'prompts' | 'resourceTemplates') =>
    (definition: Json, name: string): LockedItem => ({
      definition,
      digest: definitionDigest(definition, kind, name, ignore),
    });
  return {
    source,
    serverInfo: { name: catalog.serverInfo.name, version: catalog.serverInfo.version },
    instructions:
      catalog.instructions === null
        ? null
        : { text: catalog.instructions, digest: digestOf(catalog.instructions) },
    tools: mapItems(catalog.tools, (definition, name) =>
      lockTool(definition, definitionDigest(definition, 'tools', name, ignore), name, previous),
    ),
    prompts: mapItems(catalog.prompts, item('prompts')),
    resourceTemplates: mapItems(catalog.resourceTemplates, item('resourceTemplates')),
    resources: catalog.resources,
    completions: catalog.completions,
    ignore: [...ignore],
  };
}

function lockTool(definition: Json, digest: string, name: string, previous: readonly Release[]): LockedTool {
  const confirmed = previous
    .map((release) => release.tools[name])
    .find((tool) => tool?.reviewed === true && tool.digest === digest);
  if (confirmed === undefined) return { definition, digest, ...proposeClass(definition), reviewed: false };
  const { class: accessClass, classFrom } = confirmed;
  return { definition, digest, class: accessClass, classFrom, reviewed: true };
}

function mapItems<T>(
  items: ReadonlyMap<string, Definition>,
  map: (definition: Json, name: string) => T,
): Record<string, T> {
  return Object.fromEntries([...items].map(([name, definition]) => [name, map(definition as Json, name)]));
}
