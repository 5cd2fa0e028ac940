// Our own prod environment with one server more, and what changes of it may show. CHANGE selects one; see index.ts.
import { defineEnvironments, type Environment, type EnvironmentInput } from '@lockstep/model';
import type { Release } from '@lockstep/model/internal';
import { environments, lock, servers } from '../../../stacks/environments.ts';
import { reviewedRelease } from '../../reviewed-release.ts';

type Rules = NonNullable<EnvironmentInput['rules']>;

const own = environments.prod;

/** Rules as an environment has them, once they are validated. */
function rulesOf(rules: Rules): Environment['rules'] {
  const releases = Object.fromEntries(Object.entries(own.releases).map(([name, { label }]) => [name, label]));
  return defineEnvironments({ servers, lock, environments: { prod: { profile: 'prod', releases, rules } } })
    .prod.rules;
}

function notes(
  tools: Readonly<Record<string, { readOnlyHint?: boolean; destructiveHint?: boolean }>>,
): Release {
  const definitions = Object.entries(tools).map(([name, annotations]) => ({
    name,
    inputSchema: { type: 'object' },
    annotations,
  }));
  return reviewedRelease({ type: 'remote', url: 'https://notes.example.com/mcp' }, definitions);
}

const [writers, operators] = rulesOf([
  { name: 'writers', tools: 'git/git_stash', roles: ['writer'], decision: 'allow' },
  { name: 'operators', tools: 'git/git_stash', roles: ['operator'], decision: { deny: 'not by operators' } },
]);
const [commits, pushes] = rulesOf([
  { name: 'commits', tools: 'git/git_commit', decision: 'allow' },
  { name: 'push-by-two', tools: 'git/git_push', decision: { approve: { quorum: 3 } } },
]);
const both = [writers, operators].filter((rule) => rule !== undefined);
const first = {
  label: '1',
  release: notes({ read: { readOnlyHint: true }, write: {}, list: { readOnlyHint: true } }),
};
const second = {
  label: '2',
  release: notes({ read: { readOnlyHint: true }, write: { destructiveHint: false }, erase: {} }),
};

/** What is deployed before each change. */
export const before: Environment = {
  ...own,
  rules: [...own.rules, ...both],
  releases: { ...own.releases, notes: first },
};

const { memory, ...withoutMemory } = before.releases;

/** A change, and the keys of `permissions` that a preview of it shows. */
interface Change {
  readonly after: Environment;
  readonly shows: readonly string[];
}

export const changes: Readonly<Record<string, Change>> = {
  'a clause is added': {
    after: { ...before, rules: [...(commits ? [commits] : []), ...before.rules] },
    shows: ['git/git_commit'],
  },
  'a clause is replaced': {
    after: { ...before, rules: before.rules.map((rule) => (rule.name === pushes?.name ? pushes : rule)) },
    shows: ['git/git_push'],
  },
  'clauses are reordered': {
    after: { ...before, rules: [...both.toReversed(), ...own.rules.toReversed()] },
    shows: ['git/git_stash'],
  },
  'a server is added': {
    after: { ...before, releases: { ...before.releases, more: first } },
    shows: ['more/list', 'more/read', 'more/write'],
  },
  'a server is removed': {
    after: { ...before, releases: withoutMemory },
    shows: [...Object.keys(memory?.release.tools ?? {}), 'resource:*']
      .map((name) => `memory/${name}`)
      .toSorted(),
  },
  'a release is moved': {
    after: { ...before, releases: { ...before.releases, notes: second } },
    shows: ['notes/erase', 'notes/list', 'notes/write'],
  },
  // Definitions changed, but no permission.
  'a release is moved that permits the same': {
    after: {
      ...before,
      releases: {
        ...before.releases,
        ...(environments.dev.releases.files && { files: environments.dev.releases.files }),
      },
    },
    shows: [],
  },
};
