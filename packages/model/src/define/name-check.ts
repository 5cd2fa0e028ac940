import type { Release } from '../lock/schema.ts';
import { composeName, maxComposedNameLength } from '../names.ts';
import { visible } from '../visible.ts';

/** Finds names that clients wouldn't take at the endpoint of all servers, where each has its server's in front. */
export function checkNames(server: string, release: Release): string[] {
  return [...Object.keys(release.tools), ...Object.keys(release.prompts)].flatMap((name) => {
    const composed = composeName(server, name);
    if (composed.length <= maxComposedNameLength) return [];
    const long = `\`${visible(composed)}\` has ${composed.length} characters, and clients accept ${maxComposedNameLength}`;
    return [`${long}; give the server a name shorter by ${composed.length - maxComposedNameLength}.`];
  });
}
