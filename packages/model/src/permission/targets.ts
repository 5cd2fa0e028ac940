import { type AccessClass, effectiveClass } from '../access-class.ts';
import type { Release } from '../lock/schema.ts';
import { printTarget } from '../names.ts';
import { compareText } from '../order.ts';

/** Something that the permission table has an entry for. */
export interface LockedTarget {
  /** As `printTarget` writes it. */
  readonly text: string;
  readonly class: AccessClass;
  /** For the entry of all concrete resources: the text before their URIs. */
  readonly before?: string;
}

/** The name of the entry for all concrete resources of a server. */
export const everyResource = '*';

/** All targets of one server's release, sorted by their text. */
export function targetsOf(server: string, release: Release): LockedTarget[] {
  const tools = Object.entries(release.tools).map(([name, tool]) => ({
    text: printTarget({ server, kind: 'tool', name }),
    class: effectiveClass(tool),
  }));
  const readable = (kind: 'prompt' | 'resource', names: string[]) =>
    names.map((name) => ({ text: printTarget({ server, kind, name }), class: 'read' as const }));
  const templates = Object.keys(release.resourceTemplates);
  const before = printTarget({ server, kind: 'resource', name: '' });
  const concrete: LockedTarget[] =
    release.resources || templates.length > 0
      ? [{ text: printTarget({ server, kind: 'resource', name: everyResource }), class: 'read', before }]
      : [];
  return [
    ...tools,
    ...readable('prompt', Object.keys(release.prompts)),
    ...readable(
      'resource',
      templates.filter((template) => template !== everyResource),
    ),
    ...concrete,
  ].toSorted((a, b) => compareText(a.text, b.text));
}
