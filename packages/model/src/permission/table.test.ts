import { expect, test } from 'vitest';
import { defineEnvironments } from '../define/environments.ts';
import { environment, filesRelease, lockOf, release, servers, tool } from '../world.fixture.ts';
import { printClause } from './clause-text.ts';
import { permissionTable } from './table.ts';
import { parseTable, printTable } from './text.ts';

type Rules = NonNullable<Parameters<typeof environment>[1]>['rules'];

function linesFor(target: string, rules: Rules): string[] | undefined {
  const { entries } = permissionTable(environment('prod', { rules }));
  return entries.find((entry) => entry.target === target)?.clauses.map(printClause);
}

const profile = 'approve by 1 of approver within 86400s # profile.prod';

test('everything that is locked has an entry, and entries are sorted', () => {
  expect(permissionTable(environment('dev')).entries.map((entry) => [entry.target, entry.class])).toEqual([
    ['files/delete_file', 'destructive'],
    ['files/prompt:sum up', 'read'],
    ['files/read_file', 'read'],
    ['files/resource:*', 'read'],
    ['files/resource:file:///{path}', 'read'],
    ['files/write_file', 'write'],
  ]);
});

test('targets of servers whose names start alike are sorted by their text', () => {
  const pinned = { label: '1.0.0', release: release({ x: 'read' }) };
  const table = permissionTable({ ...environment('dev'), releases: { a: pinned, 'a-b': pinned } });
  expect(table.entries.map((entry) => entry.target)).toEqual(['a-b/x', 'a/x']);
  expect(parseTable(printTable(table))).toEqual(table);
});

test('rules come in their order, and the profile comes last', () => {
  const rules: Rules = [
    { name: 'b', tools: 'files/write_*', roles: ['ops'], decision: 'allow' },
    { name: 'other', tools: 'files/read_*', decision: 'allow' },
    { name: 'a', tools: ['x/y', '*/write_file'].slice(1), when: 'args.x == 1', decision: { deny: 'no' } },
  ];
  expect(linesFor('files/write_file', rules)).toEqual([
    'for ops allow # rules.b',
    'when "args.x == 1" deny "no" # rules.a',
    profile,
  ]);
});

test('no clause follows one that is for everybody', () => {
  const rules: Rules = [
    { name: 'a', tools: '*', decision: 'allow' },
    { name: 'b', tools: '*', decision: { deny: 'no' } },
  ];
  expect(linesFor('files/write_file', rules)).toEqual(['allow # rules.a']);
});

test('approvals take from the settings what a rule omits', () => {
  const rules: Rules = [{ name: 'a', tools: 'files/write_file', decision: { approve: { quorum: 2 } } }];
  const settings = { approvals: { approvers: ['security', 'leads'], expiry: 60 } };
  const [entry] = permissionTable(environment('prod', { rules, settings })).entries.slice(-1);
  expect(entry?.clauses.map(printClause)).toEqual(['approve by 2 of leads|security within 60s # rules.a']);
});

test.each([
  ['files/*', ['deny "no" # rules.a']],
  ['files/resource:file:///x/*', ['uri "file:///x/*" deny "no" # rules.a', 'allow # profile.prod']],
  ['files/read_file', ['allow # profile.prod']],
])('%s becomes URIs in the entry of concrete resources', (tools, lines) => {
  expect(linesFor('files/resource:*', [{ name: 'a', tools, decision: { deny: 'no' } }])).toEqual(lines);
});

test('a tool that nobody has reviewed counts as destructive', () => {
  const lock = lockOf({ '1.0.0': release({ peek: tool('read', { name: 'peek' }, false) }) });
  const { dev } = defineEnvironments({
    servers,
    lock,
    environments: { dev: { profile: 'dev', releases: { files: '1.0.0' } } },
  });
  expect(permissionTable(dev).entries).toMatchObject([
    { class: 'destructive', clauses: [{ decision: { type: 'deny' } }] },
  ]);
});

test('a server without resources has no entry for them', () => {
  const lock = lockOf({ '1.0.0': { ...filesRelease, resources: false, resourceTemplates: {} } });
  const { dev } = defineEnvironments({
    servers,
    lock,
    environments: { dev: { profile: 'dev', releases: { files: '1.0.0' } } },
  });
  expect(permissionTable(dev).entries.map((entry) => entry.target)).not.toContain('files/resource:*');
});
