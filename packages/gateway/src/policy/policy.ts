import {
  type AccessClass,
  compareText,
  effectiveClass,
  type GatewayConfig,
  type LoadedBundle,
  type PermissionTable,
  printTarget,
  type Release,
  type ServerDefinition,
  sourceId,
  type Target,
  type TargetKind,
} from '@lockstep/model/internal';
import { declarationsIn, type ParamDeclaration } from '../protocol/mcp-headers.ts';
import { type ArgumentCheck, compileArguments } from './arguments.ts';

/** One locked tool, prompt or resource template, ready for use. */
export interface Item {
  readonly target: Target;
  readonly text: string;
  readonly definition: Readonly<Record<string, unknown>>;
  readonly digest: string;
  readonly class: AccessClass;
  /** The arguments that are also sent as `Mcp-Param-*` headers. */
  readonly declaredHeaders: readonly ParamDeclaration[];
  /** Compiled at first use, so that a large bundle loads quickly. */
  readonly checkArguments: ArgumentCheck;
}

/** One server of the bundle. */
export interface PolicyServer {
  readonly name: string;
  readonly definition: ServerDefinition;
  readonly release: Release;
  /** The release's pinned source in one word, as records and approvals name it. */
  readonly source: string;
}

/** A loaded bundle in the form that decides requests. Each request keeps the policy that it began with. */
export interface Policy {
  readonly digest: string;
  readonly config: GatewayConfig;
  readonly table: PermissionTable;
  readonly servers: ReadonlyMap<string, PolicyServer>;
  /** Locked items by the text of their target, sorted. */
  readonly items: ReadonlyMap<string, Item>;
}

/** Turns a bundle into a policy. Pure. */
export function makePolicy(bundle: LoadedBundle): Policy {
  const servers = new Map<string, PolicyServer>();
  const items: Item[] = [];
  for (const [name, { definition, release: label }] of Object.entries(bundle.config.servers)) {
    const release = bundle.releases[name];
    if (release === undefined) continue;
    servers.set(name, { name, definition, release, source: sourceId(release, label) });
    items.push(...itemsOf(name, release));
  }
  items.sort((a, b) => compareText(a.text, b.text));
  return {
    digest: bundle.digest,
    config: bundle.config,
    table: bundle.table,
    servers,
    items: new Map(items.map((item) => [item.text, item])),
  };
}

function itemsOf(server: string, release: Release): Item[] {
  return [
    ...Object.entries(release.tools).map(([name, tool]) =>
      makeItem({ server, kind: 'tool', name }, tool, effectiveClass(tool)),
    ),
    ...Object.entries(release.prompts).map(([name, prompt]) =>
      makeItem({ server, kind: 'prompt', name }, prompt, 'read'),
    ),
    ...Object.entries(release.resourceTemplates).map(([name, template]) =>
      makeItem({ server, kind: 'resource', name }, template, 'read'),
    ),
  ];
}

function makeItem(
  target: Target,
  locked: { definition: Record<string, unknown>; digest: string },
  accessClass: AccessClass,
): Item {
  let check: ArgumentCheck | undefined;
  return {
    target,
    text: printTarget(target),
    definition: locked.definition,
    digest: locked.digest,
    class: accessClass,
    declaredHeaders: target.kind === 'tool' ? declarationsIn(locked.definition.inputSchema, []) : [],
    checkArguments(args) {
      check ??= compileArguments(target, locked.definition);
      return check(args);
    },
  };
}

/**
 * The targets that two bundles of one environment treat differently: another decision, another definition, or gone.
 * Approvals that were requested under the old bundle are void for them. Pure.
 */
export function changedTargets(before: Policy, after: Policy): string[] {
  const now = describe(after);
  return [...describe(before)].filter(([target, text]) => now.get(target) !== text).map(([target]) => target);
}

function describe({ table, items, servers }: Policy): Map<string, string> {
  return new Map(
    table.entries.map((entry) => {
      const item = items.get(entry.target);
      const source = item === undefined ? '' : servers.get(item.target.server)?.source;
      return [entry.target, JSON.stringify([entry, item?.digest, source])];
    }),
  );
}

/** The lists of a release. */
export type ItemList = 'tools' | 'prompts' | 'resourceTemplates';

/** The list that a kind of target is in. */
export const listOf: Readonly<Record<TargetKind, ItemList>> = {
  tool: 'tools',
  prompt: 'prompts',
  resource: 'resourceTemplates',
};

/** The name of a locked item in quarantine: `tools/read_file`. */
export function itemKey({ kind, name }: Pick<Target, 'kind' | 'name'>): string {
  return `${listOf[kind]}/${name}`;
}

/** The inverse of {@link itemKey}; undefined for something without a target, such as a server's instructions. */
export function targetOfItem(server: string, item: string): Target | undefined {
  const slash = item.indexOf('/');
  const list = item.slice(0, Math.max(0, slash));
  const kind = (Object.keys(listOf) as TargetKind[]).find((known) => listOf[known] === list);
  return kind === undefined ? undefined : { server, kind, name: item.slice(slash + 1) };
}
