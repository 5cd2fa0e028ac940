import type { Boundaries } from './overlap.ts';

/** What no server may reach: everything that decides about it. */
export function protectedPaths(
  state: string,
  files: readonly string[],
  lock: string,
): Boundaries['protected'] {
  return [
    { path: state, name: 'the state folder' },
    { path: lock, name: 'the tool lock' },
    ...files.filter((path) => path !== lock).map((path) => ({ path, name: 'the program' })),
  ];
}
