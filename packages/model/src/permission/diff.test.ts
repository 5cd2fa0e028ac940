import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defineEnvironments } from '../define/environments.ts';
import { environment, lockOf, principal, release, servers, target, tool } from '../world.fixture.ts';
import { anyTarget, heldRoles, rule } from './arbitrary.fixture.ts';
import { decide } from './decide.ts';
import { diffTables, printTableDiff } from './diff.ts';
import { permissionTable } from './table.ts';

type Rules = NonNullable<Parameters<typeof environment>[1]>['rules'];

const prod = (rules: Rules) => permissionTable(environment('prod', { rules }));
const diff = (before: Rules, after: Rules) => printTableDiff('prod', diffTables(prod(before), prod(after)));

test('a changed decision is one line with the old and the new one', () => {
  expect(
    diff(
      [{ name: 'a', tools: 'files/delete_file', decision: { deny: 'no' } }],
      [
        {
          name: 'a',
          tools: 'files/delete_file',
          decision: { approve: { quorum: 2, approvers: ['security'] } },
        },
      ],
    ),
  ).toEqual(['prod: files/delete_file deny → approve by 2 of security']);
});

test('lines show roles, conditions, URIs and unusual expiries', () => {
  const approve = { quorum: 1, expiry: 60 };
  expect(
    diff(
      [],
      [
        { name: 'a', tools: 'files/write_file', roles: ['ops'], when: 'args.x == 1', decision: 'allow' },
        { name: 'b', tools: 'files/resource:file:///x*', decision: { approve } },
      ],
    ),
  ).toEqual([
    'prod: files/resource:* allow → approve by 1 of approver within 60s at file:///x*, else allow',
    'prod: files/write_file approve by 1 of approver → allow for ops when args.x == 1, else approve by 1 of approver',
  ]);
});

test.each<[string, Rules, Rules]>([
  [
    'another name or reason',
    [{ name: 'a', tools: '*', decision: { deny: 'x' } }],
    [{ name: 'b', tools: '*', decision: { deny: 'y' } }],
  ],
  [
    'a rule that decides as the profile does',
    [],
    [{ name: 'a', tools: 'files/read_file', roles: ['x'], decision: 'allow' }],
  ],
  [
    'a rule that is never reached',
    [{ name: 'a', tools: '*', decision: 'allow' }],
    [
      { name: 'a', tools: '*', decision: 'allow' },
      { name: 'b', tools: '*', decision: { deny: 'no' } },
    ],
  ],
])("%s isn't a change", (_, before, after) => {
  expect(diff(before, after)).toEqual([]);
});

test('lines show new targets, removed targets and another class', () => {
  const table = (tools: Parameters<typeof release>[0]) => {
    const { prod } = defineEnvironments({
      servers,
      lock: lockOf({ '1.0.0': release(tools) }),
      environments: { prod: { profile: 'prod', releases: { files: '1.0.0' } } },
    });
    return permissionTable(prod);
  };
  const unsure = tool('write', { name: 'move' }, false);
  const changes = diffTables(table({ copy: 'read', move: 'write' }), table({ list: 'read', move: unsure }));
  expect(printTableDiff('prod', changes)).toEqual([
    'prod: files/copy allow → not locked',
    'prod: files/list not locked → allow',
    'prod: files/move approve by 1 of approver (write) → approve by 2 of approver (destructive)',
  ]);
});

test('another class is a change even if the decision stays', () => {
  const table = (accessClass: 'read' | 'write') => ({
    environment: 'staging',
    entries: [
      {
        target: 'files/copy',
        class: accessClass,
        clauses: [{ from: 'profile.staging', decision: { type: 'allow' as const } }],
      },
    ],
  });
  expect(printTableDiff('staging', diffTables(table('read'), table('write')))).toEqual([
    'staging: files/copy allow (read) → allow (write)',
  ]);
});

test("a target that isn't in the diff has the same decision for everybody", () => {
  const list = fc
    .array(rule, { maxLength: 3 })
    .map((rules) => rules.map((one, index) => ({ name: `r${index}`, ...one })));
  fc.assert(
    fc.property(list, list, anyTarget, heldRoles, (a, b, text, held) => {
      const [before, after] = [prod(a), prod(b)];
      const concrete =
        text.startsWith('files/resource:file:///a') || text.startsWith('files/resource:file:///z');
      const entry = concrete ? 'files/resource:*' : text;
      fc.pre(!diffTables(before, after).some((change) => change.target === entry));
      const of = (table: typeof before) =>
        decide(table, principal(...held), target(text), { x: 1 }).decision.type;
      expect(of(after)).toBe(of(before));
    }),
    { numRuns: 300 },
  );
});

test("a table doesn't differ from itself", () => {
  expect(diffTables(prod([]), prod([]))).toEqual([]);
});
