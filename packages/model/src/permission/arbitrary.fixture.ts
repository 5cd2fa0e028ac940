import fc from 'fast-check';
import type { Decision } from '../decision.ts';
import type { EnvironmentInput } from '../environment/environment.ts';
import type { Clause } from './clause.ts';

const role = fc.constantFrom('ops', 'writer', 'guest', 'a.b:c_d');
const roles = fc.uniqueArray(role, { minLength: 1, maxLength: 3 });

/** Any set of roles that a principal might hold. */
export const heldRoles: fc.Arbitrary<string[]> = fc.uniqueArray(role);

/** Conditions, with their results for `{ x: 1 }` and a principal with the given roles. */
export const conditions = new Map<string, (held: readonly string[]) => boolean | 'error'>([
  ['args.x == 1', () => true],
  ['args.x == 2', () => false],
  ['args.missing == 1', () => 'error'],
  ['args.x', () => 'error'],
  ['"ops" in principal.roles', (held) => held.includes('ops')],
  ['args.x == 1 && args.missing == 1', () => 'error'],
  ['args.x == 1\n  || args.missing == "\u202e"', () => true],
]);

const when = fc.constantFrom(...conditions.keys());

const decision: fc.Arbitrary<Decision> = fc.oneof(
  fc.constant<Decision>({ type: 'allow' }),
  fc.record({
    type: fc.constant('approve' as const),
    quorum: fc.integer({ min: 1, max: 10 }),
    approvers: roles,
    expiry: fc.integer({ min: 1, max: 2_592_000 }),
  }),
  fc.record({
    type: fc.constant('deny' as const),
    reason: fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }),
  }),
);

const from = fc.stringMatching(/^rules\.[a-z0-9][a-z0-9-]{0,20}$/);

/** A clause; only one for resources may have a `uri`. */
function clause(uris: boolean): fc.Arbitrary<Clause> {
  const optional = {
    roles,
    when,
    ...(uris && { uri: fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }) }),
  };
  return fc
    .record({ from, decision, ...optional }, { requiredKeys: ['from', 'decision'] })
    .map((made) => made as Clause);
}

/** The clauses of one target; the last one is for everybody. */
export function clauses(uris: boolean): fc.Arbitrary<Clause[]> {
  const conditional = clause(uris).filter((made) => 'roles' in made || 'when' in made || 'uri' in made);
  return fc
    .tuple(fc.array(conditional, { maxLength: 5 }), from, decision)
    .map(([first, name, last]) => [...first, { from: name, decision: last }]);
}

type RuleInput = NonNullable<EnvironmentInput['rules']>[number];

const glob = fc.constantFrom(
  '*',
  'files/*',
  'files/*_file',
  'files/write_file',
  '*/prompt:*',
  'files/resource:file:///a*',
);

const ruleDecision: fc.Arbitrary<RuleInput['decision']> = fc.oneof(
  fc.constant('allow' as const),
  fc.record({ approve: fc.record({ quorum: fc.integer({ min: 1, max: 3 }) }) }),
  fc.constant({ deny: 'no' }),
);

/** A rule without a name, for the tests' server. */
export const rule: fc.Arbitrary<Omit<RuleInput, 'name'>> = fc
  .record({ tools: glob, decision: ruleDecision, roles, when }, { requiredKeys: ['tools', 'decision'] })
  .map((made) => made as Omit<RuleInput, 'name'>);

/** Every target of the tests' server, and targets that it doesn't have. */
export const anyTarget: fc.Arbitrary<string> = fc.constantFrom(
  'files/read_file',
  'files/write_file',
  'files/delete_file',
  'files/prompt:sum up',
  'files/resource:file:///{path}',
  'files/resource:file:///a/b',
  'files/resource:file:///z',
  'files/unknown',
  'other/read_file',
);
