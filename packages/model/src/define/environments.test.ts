import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeBundle } from '../bundle/bundle.ts';
import type { EnvironmentInput } from '../environment/environment.ts';
import { permissionTable } from '../permission/table.ts';
import { printTable } from '../permission/text.ts';
import { defineServers } from '../server.ts';
import { filesRelease, findingsOf, item, lockOf, release, servers } from '../world.fixture.ts';
import { defineEnvironments } from './environments.ts';

const lock = lockOf({ '1.0.0': filesRelease, '2.0.0': release({ copy: 'write' }) });

const problems = (environments: Record<string, unknown>, given = lock, declared = servers) =>
  findingsOf(() =>
    defineEnvironments({
      servers: declared,
      lock: given,
      environments: environments as Record<string, EnvironmentInput>,
    }),
  );

const fine = { profile: 'prod', releases: { files: '1.0.0' } };
const rule = (rest: object) => ({ name: 'a', tools: 'files/read_file', decision: 'allow', ...rest });

test('an environment holds its servers, the releases that it pins, and all its settings', () => {
  const { dev } = defineEnvironments({
    servers,
    lock,
    environments: { dev: { profile: 'dev', releases: { files: '1.0.0' } } },
  });
  expect(dev).toMatchObject({
    name: 'dev',
    profile: 'dev',
    servers,
    releases: { files: { label: '1.0.0', release: filesRelease } },
    rules: [],
    settings: { approvals: { approvers: ['approver'], expiry: 86_400 }, limits: { depth: 64 } },
  });
  expect(JSON.parse(JSON.stringify(dev))).toEqual(dev);
});

test.each<[string, object, string]>([
  ['an unknown profile', { profile: 'production' }, '.profile: must be "dev" or "staging" or "prod".'],
  ['a misspelt field', { ruels: [] }, '.ruels: unknown field; did you mean `rules`?'],
  [
    'no release',
    { releases: {} },
    '.releases.files: pins no release; choose one from the lock: `1.0.0`, `2.0.0`.',
  ],
  [
    'an unknown release',
    { releases: { files: '3' } },
    '.releases.files: the lock has no release `3`; pin one of `1.0.0`, `2.0.0`.',
  ],
  [
    "a release called like an object's own",
    { releases: { files: 'constructor' } },
    '.releases.files: the lock has no release `constructor`; pin one of `1.0.0`, `2.0.0`.',
  ],
  [
    'a release of an unknown server',
    { releases: { files: '1.0.0', gihub: '1' } },
    '.releases.gihub: no server is called `gihub`; correct or remove it.',
  ],
  [
    'a rule about an unknown server',
    { rules: [rule({ tools: 'gihub/*' })] },
    '.rules[0].tools: no server is called `gihub`; correct `gihub/*` (servers: `files`).',
  ],
  [
    'a rule about an unknown tool',
    { rules: [rule({ tools: ['files/*', 'files/raed'] })] },
    '.rules[0].tools[1]: nothing in the lock matches `files/raed`; correct it.',
  ],
  [
    'a negated glob',
    { rules: [rule({ tools: '!files/*' })] },
    ".rules[0].tools: a glob can't be negated; put a rule with the exception before it.",
  ],
  [
    'two rules of one name',
    { rules: [rule({}), rule({})] },
    '.rules[1].name: another rule is called `a`; rename one.',
  ],
  [
    'a broken condition',
    { rules: [rule({}), rule({ name: 'b', when: 'args.path ==' })] },
    ".rules[1].when: `args.path ==` isn't a condition: at character 11: found = but expecting end of input.",
  ],
  [
    'an unknown decision',
    { rules: [rule({ decision: 'alow' })] },
    '.rules[0].decision: must be "allow", { approve: { quorum, approvers, expiry } } or { deny: "the reason" }.',
  ],
  [
    'a local admin',
    { settings: { local: { roles: ['admin'] } } },
    ".settings.local.roles[0]: the local user can't hold admin; give that role to a token instead.",
  ],
  [
    'an example that fails',
    { rules: [rule({ examples: [{ expect: 'deny' }] })] },
    '.rules[0].examples[0]: expects deny, but rules.a decides allow; correct the rule or the example.',
  ],
])('the error names %s with its path', (_, change, finding) => {
  expect(problems({ prod: { ...fine, ...change } })).toEqual([`environments.prod${finding}`]);
});

test("a rule may name tools of a release that isn't pinned yet", () => {
  expect(problems({ prod: { ...fine, rules: [rule({ tools: 'files/copy' })] } })).toEqual([]);
});

test('one error names everything that is wrong', () => {
  const found = problems(
    {
      Dev: fine,
      dev: { ...fine, profile: 'x' },
      prod: { ...fine, rules: [rule({ when: 'nope' }), rule({ name: 'B' })], extra: 1 },
      staging: { ...fine, releases: {} },
    },
    lock,
  );
  expect(found.map((finding) => finding.split(': ')[0])).toEqual([
    'environments.Dev',
    'environments.dev.profile',
    'environments.prod.rules[0].when',
    'environments.prod.rules[1].name',
    'environments.prod.extra',
    'environments.staging.releases.files',
  ]);
});

test("a broken lock doesn't hide other errors", () => {
  expect(problems({ prod: { ...fine, profile: 'x' } }, { lockVersion: 9 })).toEqual([
    'lock: lock version 9 is newer than this lockstep reads (1); update lockstep.',
    'environments.prod.profile: must be "dev" or "staging" or "prod".',
  ]);
});

test("the error names a server that isn't locked, or was locked from another source", () => {
  const declared = defineServers({
    files: { run: { npm: '@other/files' } },
    docs: { remote: { url: 'https://d.example' } },
  });
  expect(
    problems({ prod: { profile: 'prod', releases: { files: '1.0.0', docs: '1' } } }, lock, declared),
  ).toEqual([
    'environments.prod.releases.files: was locked from npm:@example/files, but is declared as npm:@other/files; run `lockstep lock files`.',
    "environments.prod.releases.docs: `docs` isn't in the lock; run `lockstep lock docs`.",
  ]);
});

test('the error names tools and prompts whose names are too long for clients', () => {
  const long = 'x'.repeat(58);
  const given = lockOf({
    '1.0.0': release({ [long]: 'read' }, { prompts: { [`${long}y`]: item({ name: 'x' }) } }),
  });
  expect(problems({ prod: fine }, given)).toEqual([
    `environments.prod.releases.files: \`files__${long}\` has 65 characters, but clients accept only 64; shorten the server's name by 1.`,
    `environments.prod.releases.files: \`files__${long}y\` has 66 characters, but clients accept only 64; shorten the server's name by 2.`,
  ]);
});

/** The record with its keys in another order. */
function reordered<T>(record: Readonly<Record<string, T>>, order: readonly number[]): Record<string, T> {
  const keys = Object.keys(record).map((key, index) => [order[index] ?? 0, key] as const);
  return Object.fromEntries(keys.toSorted((a, b) => a[0] - b[0]).map(([, key]) => [key, record[key] as T]));
}

function bytesOf(order: readonly number[]): string {
  const names = ['files', 'alpha', 'zeta', 'mid-1'];
  const declared = Object.fromEntries(names.map((name) => [name, { run: { npm: '@example/files' } }]));
  const locked = Object.fromEntries(names.map((name) => [name, { releases: { '1.0.0': filesRelease } }]));
  const pins = Object.fromEntries(names.map((name) => [name, '1.0.0']));
  const { prod } = defineEnvironments({
    servers: defineServers(reordered(declared, order)),
    lock: { servers: reordered(locked, order.toReversed()), lockVersion: 1 },
    environments: {
      prod: {
        releases: reordered(pins, order),
        rules: [{ tools: '*/write_*', name: 'a', roles: ['b', 'a'], when: 'args.x == 1', decision: 'allow' }],
        profile: 'prod',
      },
    },
  });
  const bundle = makeBundle(prod);
  return JSON.stringify([printTable(permissionTable(prod)), bundle.digest, [...bundle.files]]);
}

test('the same input gives the same bytes, whatever the order of the servers', () => {
  const plain = bytesOf([0, 1, 2, 3]);
  expect(bytesOf([0, 1, 2, 3])).toBe(plain);
  fc.assert(
    fc.property(fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), (order) => {
      expect(bytesOf(order)).toBe(plain);
    }),
    { numRuns: 24 },
  );
});
