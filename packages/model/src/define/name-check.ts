import type { Release } from '../lock/schema.ts';
import { composeName, maxComposedNameLength } from '../names.ts';
import { visible } from '../visible.ts';

/** Finds names that are too long for clients at the endpoint of all servers, which puts the server's name in front. */
export function checkNames(server: string, release: Release): string[] {
  return [...Object.keys(release.tools), ...Object.keys(release.prompts)].flatMap((name) => {
    const composed = composeName(server, name);
    if (composed.length <= maxComposedNameLength) return [];
    const long = `\`${visible(composed)}\` has ${composed.length} characters, but clients accept only ${maxComposedNameLength}`;
    return [`${long}; shorten the server's name by ${composed.length - maxComposedNameLength}.`];
  });
}
