import type { Lock } from '@lockstep/model';
import { type AccessClass, type LockedTool, parseTarget } from '@lockstep/model/internal';
import { Failure } from '../kernel/failure.ts';

/** A tool whose class a person confirms. */
export interface Confirmation {
  /** `server/tool`. */
  readonly target: string;
  readonly server: string;
  readonly tool: string;
  /** The releases that it is confirmed in; all have the same definition of it. */
  readonly labels: readonly string[];
  readonly before: LockedTool;
  readonly after: LockedTool;
}

/**
 * Confirms the class of a tool for exactly its present definition, in every release where nobody has confirmed it yet
 * (or in all, where they all are). Releases whose definitions differ are confirmed one by one: each must be read.
 *
 * @param target `server/tool`.
 * @param release only in this one.
 */
export function confirmClass(
  lock: Lock,
  target: string,
  accessClass: AccessClass,
  release?: string,
): Confirmation {
  const parsed = parseTarget(target);
  if (parsed?.kind !== 'tool')
    throw new Failure(`${target} is no tool; write server/tool, as in files/read_file.`);
  const { server, name } = parsed;
  const releases = Object.entries(lock.servers[server]?.releases ?? {});
  const holding = releases.flatMap(([label, { tools }]) => {
    const tool = Object.hasOwn(tools, name) ? tools[name] : undefined;
    return tool === undefined || (release !== undefined && release !== label) ? [] : [{ label, tool }];
  });
  const waiting = holding.filter(({ tool }) => !tool.reviewed);
  const chosen = waiting.length > 0 ? waiting : holding;
  const labels = chosen.map(({ label }) => label);
  const [before, ...others] = chosen.map(({ tool }) => tool);
  if (before === undefined) throw new Failure(missing(lock, server, name, release));
  if (others.some(({ digest }) => digest !== before.digest)) {
    throw new Failure(
      `${target} differs between the releases ${labels.join(' and ')}; read each, and confirm it with --release.`,
    );
  }
  const after = { ...before, class: accessClass, classFrom: 'person', reviewed: true } as const;
  return { target, server, tool: name, labels, before, after };
}

/** A lock with the confirmations in it. */
export function withConfirmations(lock: Lock, confirmations: readonly Confirmation[]): Lock {
  const copy = structuredClone(lock);
  for (const { server, tool, labels, after } of confirmations) {
    for (const label of labels) {
      const release = copy.servers[server]?.releases[label];
      if (release !== undefined) release.tools[tool] = after;
    }
  }
  return copy;
}

function missing(lock: Lock, server: string, name: string, release: string | undefined): string {
  const releases = lock.servers[server]?.releases;
  if (releases === undefined) {
    return `there is no server ${server} in the lock; it holds ${Object.keys(lock.servers).join(', ') || 'none'}.`;
  }
  if (release !== undefined && !Object.hasOwn(releases, release)) {
    return `the lock has no release ${release} of ${server}; it holds ${Object.keys(releases).join(', ')}.`;
  }
  const known = new Set(Object.values(releases).flatMap(({ tools }) => Object.keys(tools)));
  return `${server} has no tool ${name}; the lock holds ${[...known].sort().join(', ') || 'none'}.`;
}
