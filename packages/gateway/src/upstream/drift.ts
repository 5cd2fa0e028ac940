import {
  type DefinitionKind,
  definitionDigest,
  diffDefinition,
  digestOf,
  type Release,
} from '@lockstep/model/internal';
import { excerpt } from '../kernel/redaction.ts';
import type { Catalog, Definition } from './catalog.ts';

/** One difference between a server and what was reviewed. */
export interface Drift {
  /** The locked digest; absent if nothing is locked. */
  readonly expected?: string;
  /** The digest of what the server offers now; absent if it offers nothing with that name. */
  readonly found?: string;
  /** What changed, in one sentence. */
  readonly change: string;
}

export interface Comparison {
  /** Drifts by item: `tools/<name>`, `prompts/<name>`, `resourceTemplates/<template>`, `instructions`. */
  readonly drifts: ReadonlyMap<string, Drift>;
  /** Items that the server offers beyond the release, with digests. Nobody reviewed them, so nobody can use them. */
  readonly extras: ReadonlyMap<string, string>;
}

const kinds: readonly DefinitionKind[] = ['tools', 'prompts', 'resourceTemplates'];

/** Compares what a server offers with its pinned release. Pure. */
export function compareCatalog(release: Release, catalog: Catalog): Comparison {
  const drifts = new Map<string, Drift>();
  const extras = new Map<string, string>();
  for (const kind of kinds) {
    for (const [name, locked] of Object.entries(release[kind])) {
      const item = `${kind}/${name}`;
      const drift = driftOf(item, locked, catalog, kind, name, release.ignore);
      if (drift !== undefined) drifts.set(item, drift);
    }
    for (const [name, definition] of catalog[kind]) {
      if (Object.hasOwn(release[kind], name)) continue;
      extras.set(`${kind}/${name}`, digest(definition, kind, name, release.ignore));
    }
  }
  const instructions = driftOfInstructions(release, catalog);
  if (instructions !== undefined) drifts.set('instructions', instructions);
  return { drifts, extras };
}

function driftOf(
  item: string,
  locked: { definition: Definition; digest: string },
  catalog: Catalog,
  kind: DefinitionKind,
  name: string,
  ignore: readonly string[],
): Drift | undefined {
  const expected = locked.digest;
  const definition = catalog[kind].get(name);
  if (definition === undefined) return { expected, change: 'The server no longer offers it.' };
  const found = digest(definition, kind, name, ignore);
  if (catalog.ambiguous.has(item)) {
    return { expected, found, change: 'The server lists it twice, with different definitions.' };
  }
  if (found === expected) return undefined;
  return { expected, found, change: describeChange(kind, name, locked.definition, definition) };
}

function driftOfInstructions(release: Release, catalog: Catalog): Drift | undefined {
  const locked = release.instructions;
  const text = catalog.instructions;
  if ((locked?.text ?? null) === text) return undefined;
  return {
    ...(locked !== null && { expected: locked.digest }),
    ...(text !== null && { found: digestOrNone(() => digestOf(text)) }),
    change: "The server's instructions changed.",
  };
}

/** Longest description of a change; `lockstep lock --check` shows all of it. */
const maxChangeLength = 400;

function describeChange(kind: DefinitionKind, name: string, before: Definition, after: Definition): string {
  try {
    const changes = diffDefinition(kind, name, before, after).map(({ text }) => text);
    const what = changes.length === 0 ? '' : `: ${excerpt(changes.join('; '), maxChangeLength)}`;
    return `The server changed it${what}.`;
  } catch {
    return 'The server changed it to something that is not valid Unicode.';
  }
}

function digest(
  definition: Definition,
  kind: DefinitionKind,
  name: string,
  ignore: readonly string[],
): string {
  return digestOrNone(() => definitionDigest(definition, kind, name, ignore));
}

/** A value that JSON can't express has no digest, so it differs from everything that is locked. */
function digestOrNone(compute: () => string): string {
  try {
    return compute();
  } catch {
    return 'none';
  }
}
