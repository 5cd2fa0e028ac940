import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareText } from '../order.ts';
import { environment } from '../world.fixture.ts';
import { clauses } from './arbitrary.fixture.ts';
import type { PermissionTable } from './clause.ts';
import { permissionTable } from './table.ts';
import { parseTable, printByTarget, printTable } from './text.ts';

test('each clause is one line that a reviewer can read', () => {
  const rules = [
    {
      name: 'public-writes',
      tools: 'files/write_file',
      roles: ['writer', 'ops'],
      when: 'pathUnder(args.path, "public")',
      decision: 'allow' as const,
    },
    {
      name: 'careful',
      tools: 'files/write_file',
      decision: { approve: { quorum: 2, approvers: ['security'] } },
    },
    { name: 'secrets', tools: 'files/resource:file:///x/*', decision: { deny: 'secrets \u202estay' } },
  ];
  expect(printTable(permissionTable(environment('prod', { rules })))).toBe(
    [
      '# lockstep permission table 1: prod',
      'files/delete_file destructive approve by 2 of approver within 86400s # profile.prod',
      '"files/prompt:sum up" read allow # profile.prod',
      'files/read_file read allow # profile.prod',
      'files/resource:* read uri "file:///x/*" deny "secrets \\u202estay" # rules.secrets',
      'files/resource:* read allow # profile.prod',
      'files/resource:file:///{path} read allow # profile.prod',
      'files/write_file write for ops|writer when "pathUnder(args.path, \\"public\\")" allow # rules.public-writes',
      'files/write_file write approve by 2 of security within 86400s # rules.careful',
      '',
    ].join('\n'),
  );
});

test('by target, a change of one permission is a change of that target alone', () => {
  const rule = { name: 'ops', tools: 'files/write_file', roles: ['ops'], decision: 'allow' as const };
  const byTarget = printByTarget(permissionTable(environment('prod', { rules: [rule] })));
  expect(byTarget).toEqual({
    ...printByTarget(permissionTable(environment('prod'))),
    'files/write_file':
      'write for ops allow # rules.ops\nwrite approve by 1 of approver within 86400s # profile.prod',
  });
  expect(Object.keys(byTarget).slice(0, 2)).toEqual(['files/delete_file', '"files/prompt:sum up"']);
});

const targetName = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_.-]{1,20}$/),
  fc.string({ unit: 'binary', minLength: 1 }).map((name) => `prompt:${name}`),
);
const accessClass = fc.constantFrom('read' as const, 'write' as const, 'destructive' as const);
const entry = fc.oneof(
  fc.record({
    target: targetName.map((name) => `files/${name}`),
    class: accessClass,
    clauses: clauses(false),
  }),
  fc.record({
    target: fc.constantFrom('a/resource:*', 'b-c/resource:*'),
    class: fc.constant('read' as const),
    clauses: clauses(true),
  }),
);
const table: fc.Arbitrary<PermissionTable> = fc.record({
  environment: fc.constantFrom('dev', 'prod-2'),
  entries: fc
    .uniqueArray(entry, { selector: (made) => made.target, maxLength: 5 })
    .map((entries) => entries.toSorted((a, b) => compareText(a.target, b.target))),
});

test('parse(print(t)) = t', () => {
  fc.assert(
    fc.property(table, (made) => {
      expect(parseTable(printTable(made))).toEqual(made);
    }),
    { numRuns: 500 },
  );
});

test('nothing in the text is invisible', () => {
  fc.assert(
    fc.property(table, (made) => {
      expect(printTable(made).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    }),
  );
});

test('the same table prints the same, and different tables differently', () => {
  fc.assert(
    fc.property(table, table, (a, b) => {
      expect(printTable(structuredClone(a))).toBe(printTable(a));
      expect(printTable(a) === printTable(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
  );
});

const head = '# lockstep permission table 1: prod\n';

test.each([
  ['another version', '# lockstep permission table 2: prod\n', 'line 1 must be'],
  ['no header', 'a/b read allow # profile.prod\n', 'line 1 must be'],
  ['a line without its end', `${head}a/b read allow # profile.prod`, 'line 2 must end'],
  ['an empty line', `${head}\n`, "line 2 isn't a clause"],
  ['an unknown word', `${head}a/b read permit # profile.prod\n`, "line 2 isn't a clause"],
  ['something after the clause', `${head}a/b read allow # profile.prod x\n`, "line 2 isn't a clause"],
  ['two spaces', `${head}a/b read  allow # profile.prod\n`, "line 2 isn't a clause"],
  ['a needless quotation', `${head}"a/b" read allow # profile.prod\n`, "line 2 isn't written as"],
  ['a hidden character', `${head}a/b read deny "x\u200b" # profile.prod\n`, "line 2 isn't written as"],
  [
    'a leading zero',
    `${head}a/b read approve by 02 of x within 1s # profile.prod\n`,
    "line 2 isn't written as",
  ],
  [
    'a quorum of zero',
    `${head}a/b read approve by 0 of x within 1s # profile.prod\n`,
    "line 2 isn't a clause",
  ],
  ['a broken condition', `${head}a/b read when "x ==" allow # rules.x\n`, 'line 2 has a broken condition'],
  ['a URI of a tool', `${head}a/b read uri "x" allow # rules.x\n`, 'line 2 narrows a URI'],
  ['no clause for everybody', `${head}a/b read for x allow # rules.x\n`, 'line 2 must be for everybody'],
  [
    "a clause that can't be reached",
    `${head}a/b read allow # rules.x\na/b read allow # profile.prod\n`,
    "line 3 can't follow",
  ],
  [
    'two classes of one target',
    `${head}a/b read for x allow # rules.x\na/b write allow # profile.prod\n`,
    "line 3 can't follow",
  ],
  [
    'targets out of order',
    `${head}a/c read allow # profile.prod\na/b read allow # profile.prod\n`,
    'line 3 must continue',
  ],
])('%s is refused', (_, text, why) => {
  expect(() => parseTable(text)).toThrow(why);
});

test('by target, nothing is lost: the lines together are the table', () => {
  fc.assert(
    fc.property(table, (one) => {
      const lines = Object.entries(printByTarget(one)).flatMap(([target, text]) =>
        text.split('\n').map((line) => `${target} ${line}\n`),
      );
      const [header] = printTable(one).split('\n');
      expect(`${header}\n${lines.join('')}`).toBe(printTable(one));
    }),
  );
});
