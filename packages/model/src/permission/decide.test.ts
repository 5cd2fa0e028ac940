import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printTarget, type Target } from '../names.ts';
import { environment, principal, target } from '../world.fixture.ts';
import { anyTarget, clauses, conditions, heldRoles, rule } from './arbitrary.fixture.ts';
import type { Clause } from './clause.ts';
import { type Decided, decide, possibleDecisions } from './decide.ts';
import { permissionTable } from './table.ts';

const args = { x: 1 };

function decideIn(
  rules: readonly object[],
  profile: 'dev' | 'staging' | 'prod',
  text: string,
  held: string[],
): Decided {
  const named = rules.map((one, index) => ({ name: `r${index}`, ...one }));
  const table = permissionTable(environment(profile, { rules: named as never }));
  return decide(table, principal(...held), target(text), args);
}

const profile = fc.constantFrom('dev' as const, 'staging' as const, 'prod' as const);

test.each([
  ['dev', 'allow', 'deny', 'deny'],
  ['staging', 'allow', 'allow', 'approve'],
  ['prod', 'allow', 'approve', 'approve'],
] as const)('without rules, %s decides by class', (name, read, write, destructive) => {
  const decisions = ['files/read_file', 'files/write_file', 'files/delete_file'].map(
    (text) => decideIn([], name, text, []).decision.type,
  );
  expect(decisions).toEqual([read, write, destructive]);
});

test("prod asks two humans before anything that can't be undone", () => {
  expect(decideIn([], 'prod', 'files/delete_file', []).decision).toMatchObject({
    quorum: 2,
    approvers: ['approver'],
  });
});

test('a concrete resource is decided on by its URI', () => {
  const rules = [{ tools: 'files/resource:file:///secret/*', decision: { deny: 'secrets stay here' } }];
  const decision = (text: string) => decideIn(rules, 'prod', text, []).decision;
  expect(decision('files/resource:file:///secret/a')).toEqual({ type: 'deny', reason: 'secrets stay here' });
  expect(decision('files/resource:file:///public/a')).toEqual({ type: 'allow' });
});

test("a tool whose name looks like a prompt's or a resource's doesn't pass for one", () => {
  const table = permissionTable(environment('dev'));
  const texts = table.entries
    .map((entry) => entry.target)
    .filter((text) => text.includes('/resource:') || text.includes('/prompt:'));
  expect(texts.length).toBeGreaterThan(1);
  for (const text of texts) {
    const [server = '', ...rest] = text.split('/');
    const lookalike = { server, kind: 'tool', name: rest.join('/') } as const;
    expect(decide(table, principal(), lookalike, {})).toMatchObject({ because: 'not locked' });
    expect(possibleDecisions(table, principal(), lookalike)).toEqual([]);
  }
});

test('a condition that errs denies, and the reason names its rule', () => {
  const rules = [
    { tools: 'files/write_file', when: 'args.path == "x"', decision: 'allow' },
    { tools: '*', decision: 'allow' },
  ];
  expect(decideIn(rules, 'prod', 'files/write_file', [])).toMatchObject({
    decision: {
      type: 'deny',
      reason: 'the condition of rules.r0 could not be evaluated: field not found: path',
    },
    clause: { from: 'rules.r0' },
    because: 'condition error',
    error: 'field not found: path',
  });
});

test("everything that isn't locked is denied, whatever the rules say", () => {
  const locked = permissionTable(environment('staging')).entries.map((entry) => entry.target);
  const server = fc.constantFrom('files', 'other', 'constructor', '__proto__');
  const kind = fc.constantFrom('tool' as const, 'prompt' as const, 'resource' as const);
  const name = fc.oneof(
    fc.string(),
    fc.constantFrom('toString', '__proto__', 'Read_file', 'read_file ', '*'),
  );
  fc.assert(
    fc.property(
      fc.record({ server, kind, name }),
      fc.array(rule, { maxLength: 3 }),
      heldRoles,
      (made, rules, held) => {
        const unknown: Target = made;
        fc.pre(
          !locked.includes(printTarget(unknown)) &&
            !(unknown.kind === 'resource' && unknown.server === 'files'),
        );
        const table = permissionTable(
          environment('staging', {
            rules: [...rules, { tools: '*', decision: 'allow' as const }].map((one, index) => ({
              name: `r${index}`,
              ...one,
            })),
          }),
        );
        expect(decide(table, principal(...held), unknown, args)).toMatchObject({
          decision: { type: 'deny' },
          because: 'not locked',
        });
        expect(possibleDecisions(table, principal(...held), unknown)).toEqual([]);
      },
    ),
  );
});

/** The expected decision, computed in the plainest way. */
function expected(list: readonly Clause[], held: readonly string[]): Clause['decision'] | 'error' {
  for (const { roles, when, decision } of list) {
    if (roles && !roles.some((role) => held.includes(role))) continue;
    const holds = when === undefined ? true : conditions.get(when)?.(held);
    if (holds === 'error') return 'error';
    if (holds === true) return decision;
  }
  throw new Error('the last clause is for everybody');
}

test('the first matching clause wins for any set of roles, and a condition that errs denies', () => {
  fc.assert(
    fc.property(clauses(false), heldRoles, (list, held) => {
      const table = {
        environment: 'prod',
        entries: [{ target: 'files/a', class: 'write' as const, clauses: list }],
      };
      const decided = decide(table, principal(...held), target('files/a'), args);
      const wanted = expected(list, held);
      if (wanted === 'error')
        expect(decided).toMatchObject({ decision: { type: 'deny' }, because: 'condition error' });
      else expect(decided).toMatchObject({ decision: wanted, because: 'clause' });
      const possible = possibleDecisions(table, principal(...held), target('files/a'));
      if (decided.because === 'clause') expect(possible).toContain(decided.decision.type);
    }),
    { numRuns: 1000 },
  );
});

const width = { allow: 0, approve: 1, deny: 2 };

test('adding a deny never widens', () => {
  const added = rule.map((one) => ({ ...one, decision: { deny: 'no' } }));
  fc.assert(
    fc.property(
      fc.array(rule, { maxLength: 4 }),
      added,
      fc.nat(4),
      profile,
      anyTarget,
      heldRoles,
      (rules, deny, at, name, text, held) => {
        const before = decideIn(rules, name, text, held);
        const after = decideIn(rules.toSpliced(at, 0, deny), name, text, held);
        expect(width[after.decision.type]).toBeGreaterThanOrEqual(width[before.decision.type]);
        if (after.decision.type === 'approve') expect(after.decision).toEqual(before.decision);
      },
    ),
    { numRuns: 300 },
  );
});

test("possible decisions leave out what the principal can't reach", () => {
  const rules = [
    { name: 'a', tools: 'files/write_file', roles: ['ops'], decision: 'allow' as const },
    { name: 'b', tools: 'files/write_file', when: 'principal.owner == "eve"', decision: 'allow' as const },
    { name: 'c', tools: 'files/write_file', when: 'args.x == 1', decision: { deny: 'no' } },
    { name: 'd', tools: 'files/resource:file:///a*', decision: { deny: 'no' } },
  ];
  const table = permissionTable(environment('prod', { rules }));
  const possible = (text: string, ...held: string[]) =>
    possibleDecisions(table, principal(...held), target(text));
  expect(possible('files/write_file')).toEqual(['deny', 'approve']);
  expect(possible('files/write_file', 'ops')).toEqual(['allow']);
  expect(possible('files/resource:*')).toEqual(['deny', 'allow']);
  expect(possible('files/resource:file:///a')).toEqual(['deny']);
  expect(possible('files/resource:file:///b')).toEqual(['allow']);
});
