import { type Kind, kinds } from './scenario.ts';

/** Records in the gateway's audit, by kind and outcome: `intent`, `outcome:ok`, `call:refused`. */
export type AuditCounts = Record<string, number>;

/** Counters for each kind of call, all at zero. */
export function countsOf(): Record<Kind, number> {
  return Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<Kind, number>;
}

/** The differences between the audit and the calls that were sent. */
export function auditMisfits(sent: Record<Kind, number>, counted: AuditCounts): string[] {
  const expected: AuditCounts = {
    'call:ok': sent.read + sent.list,
    'call:refused': sent.refusal,
    intent: sent.write,
    'outcome:ok': sent.write,
  };
  return Object.entries(expected)
    .filter(([what, count]) => (counted[what] ?? 0) !== count)
    .map(([what, count]) => `the audit holds ${counted[what] ?? 0} records ${what}, not ${count}`);
}
