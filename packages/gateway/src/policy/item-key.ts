import type { Target, TargetKind } from '@lockstep/model/internal';

/** The lists of a release, by what they hold. */
export type ItemList = 'tools' | 'prompts' | 'resourceTemplates';

/** The list that a kind of target is in. */
export const listOf: Readonly<Record<TargetKind, ItemList>> = {
  tool: 'tools',
  prompt: 'prompts',
  resource: 'resourceTemplates',
};

/** How quarantine names a locked item of a server: `tools/read_file`. */
export function itemKey({ kind, name }: Pick<Target, 'kind' | 'name'>): string {
  return `${listOf[kind]}/${name}`;
}

/** The inverse of {@link itemKey}; undefined for what is no target, such as a server's instructions. */
export function targetOfItem(server: string, item: string): Target | undefined {
  const slash = item.indexOf('/');
  const list = item.slice(0, Math.max(0, slash));
  const kind = (Object.keys(listOf) as TargetKind[]).find((known) => listOf[known] === list);
  return kind === undefined ? undefined : { server, kind, name: item.slice(slash + 1) };
}
