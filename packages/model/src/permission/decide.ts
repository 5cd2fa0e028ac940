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

/** What the permission table decides on one call, and why. */
export interface Decided {
  readonly decision: Decision;
  /** The clause that decided, or whose condition erred; absent if the target isn't locked. */
  readonly clause?: Clause;
  /** Absent if the target isn't locked. */
  readonly class?: AccessClass;
  readonly because: 'clause' | 'not locked' | 'condition error';
  /** The error of the condition, if it erred. */
  readonly error?: string;
}

/**
 * Decides on one call: the first clause that matches the principal's roles, the URI and the arguments wins. A target
 * that isn't locked is denied, and so is a call if a condition on the way can't be evaluated.
 *
 * @param target for a resource, its name is the URI or the text of a locked template.
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
 * The decisions that are possible for a target, whatever the arguments; lists use them. There are none if the target
 * isn't locked. Conditions on the principal alone are evaluated. For a resource named `*`, the result covers every URI.
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
    // No call gets past a condition that errs for all arguments.
    possible.add(holds instanceof Error ? 'deny' : clause.decision.type);
    if (holds !== 'perhaps' && !anyUri) break;
  }
  return [...possible];
}

function notLocked(target: Target): Decided {
  const reason = `${visible(printTarget(target))} isn't in this environment's tool lock`;
  return { decision: { type: 'deny', reason }, because: 'not locked' };
}

/** Whether the clause applies to these roles and this URI; its condition is evaluated separately. */
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
 * The entry that decides on a target. A resource that isn't a locked template is a concrete one, and falls under its
 * server's entry for concrete resources.
 */
function entryFor(table: PermissionTable, target: Target): PermissionEntry | undefined {
  let index = indexes.get(table);
  if (!index) {
    index = new Map(table.entries.map((entry) => [entry.target, entry]));
    indexes.set(table, index);
  }
  const text = printTarget(target);
  // Callers can make up names: a tool called `prompt:x` must not pass for the prompt `x`.
  if (parseTarget(text)?.kind !== target.kind) return undefined;
  const exact = index.get(text);
  if (exact || target.kind !== 'resource') return exact;
  return index.get(printTarget({ ...target, name: everyResource }));
}
