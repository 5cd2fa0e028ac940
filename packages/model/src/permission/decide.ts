import type { AccessClass } from '../access-class.ts';
import { compileCondition } from '../condition/compile.ts';
import type { Facts } from '../condition/facts.ts';
import type { Decision } from '../decision.ts';
import { matchesGlob } from '../glob.ts';
import { parseTarget, printTarget, type Target } from '../names.ts';
import type { Principal } from '../principal.ts';
import { visible } from '../visible.ts';
import { type Clause, isUnconditional, type PermissionEntry, type PermissionTable } from './clause.ts';
import { everyResource } from './targets.ts';

/** What the permission table says of one call, and why. */
export interface Decided {
  readonly decision: Decision;
  /** The clause that decided, or whose condition erred; absent for what isn't locked. */
  readonly clause?: Clause;
  /** Absent for what isn't locked. */
  readonly class?: AccessClass;
  readonly because: 'clause' | 'not locked' | 'condition error';
  /** What the condition's evaluation said, where it erred. */
  readonly error?: string;
}

/**
 * Decides about one call: the first clause that concerns the principal's roles, the URI and the arguments wins.
 * Whatever isn't locked is denied, and so is a call for which a condition on the way can't be evaluated.
 *
 * @param target for a resource, its URI, or a locked template's text.
 * @example
 * decide(table, principal, { server: 'files', kind: 'tool', name: 'read_file' }, { path: 'a.txt' });
 */
export function decide(
  table: PermissionTable,
  principal: Principal,
  target: Target,
  args: Readonly<Record<string, unknown>>,
): Decided {
  const entry = entryFor(table, target);
  if (!entry) return notLocked(target);
  const facts: Facts = { args, principal };
  for (const clause of entry.clauses) {
    if (!concerns(clause, principal.roles, target)) continue;
    const holds = clause.when === undefined || holdsFor(clause.when, facts);
    if (holds === true) return { decision: clause.decision, clause, class: entry.class, because: 'clause' };
    if (holds !== false) {
      const reason = `the condition of ${clause.from} could not be evaluated: ${holds.message}`;
      const decision: Decision = { type: 'deny', reason };
      return { decision, clause, class: entry.class, because: 'condition error', error: holds.message };
    }
  }
  return notLocked(target);
}

/**
 * What could be decided about a target, whatever the arguments: for lists. Nothing for what isn't locked.
 * Conditions on the principal alone are decided. For a resource named `*`: what could be decided of any URI.
 */
export function possibleDecisions(
  table: PermissionTable,
  principal: Principal,
  target: Target,
): Decision['type'][] {
  const possible = new Set<Decision['type']>();
  for (const clause of entryFor(table, target)?.clauses ?? []) {
    const anyUri = target.name === everyResource && clause.uri !== undefined;
    if (!anyUri && !concerns(clause, principal.roles, target)) continue;
    const holds = clause.when === undefined ? true : holdsForAny(clause.when, principal);
    if (holds === false) continue;
    // Nobody gets past a condition that errs whatever the arguments are.
    possible.add(holds instanceof Error ? 'deny' : clause.decision.type);
    if (holds !== 'perhaps' && !anyUri) break;
  }
  return [...possible];
}

function notLocked(target: Target): Decided {
  const reason = `${visible(printTarget(target))} isn't in this environment's tool lock`;
  return { decision: { type: 'deny', reason }, because: 'not locked' };
}

/** Whether the clause is about these roles and this URI; its condition is looked at apart. */
function concerns(clause: Clause, roles: readonly string[], target: Target): boolean {
  if (isUnconditional(clause)) return true;
  if (clause.roles && !clause.roles.some((role) => roles.includes(role))) return false;
  return clause.uri === undefined || matchesGlob([clause.uri], target.name);
}

function holdsFor(when: string, facts: Facts): boolean | Error {
  try {
    return compileCondition(when)(facts);
  } catch (error) {
    return error as Error;
  }
}

function holdsForAny(when: string, principal: Principal): boolean | Error | 'perhaps' {
  try {
    const condition = compileCondition(when);
    return condition.usesArguments ? 'perhaps' : condition({ args: {}, principal });
  } catch (error) {
    return error as Error;
  }
}

const indexes = new WeakMap<PermissionTable, ReadonlyMap<string, PermissionEntry>>();

/**
 * The entry that decides about a target. A resource that isn't one of the locked templates is a concrete one,
 * and falls under its server's entry for all of those.
 */
function entryFor(table: PermissionTable, target: Target): PermissionEntry | undefined {
  let index = indexes.get(table);
  if (!index) {
    index = new Map(table.entries.map((entry) => [entry.target, entry]));
    indexes.set(table, index);
  }
  const text = printTarget(target);
  // Callers make names up: a tool called `prompt:x` must not pass for the prompt `x`.
  if (parseTarget(text)?.kind !== target.kind) return undefined;
  const exact = index.get(text);
  if (exact || target.kind !== 'resource') return exact;
  return index.get(printTarget({ ...target, name: everyResource }));
}
