import { type AccessClass, type Release, visible } from '@lockstep/model/internal';

/** A tool that counts as destructive until a person has confirmed its class. */
export interface Unconfirmed {
  /** `server/tool` */
  readonly tool: string;
  /** What is proposed. */
  readonly class: AccessClass;
}

/** The tools of a release that wait for a person; those proposed as destructive count as that anyway. */
export function unconfirmed(server: string, release: Release): Unconfirmed[] {
  return Object.entries(release.tools)
    .filter(([, tool]) => !tool.reviewed && tool.class !== 'destructive')
    .map(([name, tool]) => ({ tool: `${server}/${name}`, class: tool.class }));
}

/** What to tell a person about them: by proposed class, ready for \`lockstep lock confirm\`. Nothing for none. */
export function printUnconfirmed(waiting: readonly Unconfirmed[]): string[] {
  if (waiting.length === 0) return [];
  const byClass = Map.groupBy(waiting, (item) => item.class);
  return [
    'These count as destructive until a person has read their definitions and confirmed the class:',
    ...[...byClass].map(
      ([proposed, items]) =>
        `  lockstep lock confirm --class ${proposed} ${[...new Set(items.map((item) => visible(item.tool)))].join(' ')}`,
    ),
  ];
}

/** The same in one line. */
export function countUnconfirmed(waiting: readonly Unconfirmed[]): string | undefined {
  const tools = [...new Set(waiting.map((item) => item.tool))];
  if (tools.length === 0) return undefined;
  const shown = tools.slice(0, 3).map(visible).join(', ');
  const rest = tools.length > 3 ? ` and ${tools.length - 3} more` : '';
  return `${shown}${rest} ${tools.length === 1 ? 'counts' : 'count'} as destructive until a person has confirmed the class; \`lockstep lock\` lists them.`;
}
