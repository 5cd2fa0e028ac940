import { z } from 'zod';
import type { accessClassSchema } from '../access-class.ts';
import { decisionSchema } from '../decision.ts';
import { roleName } from '../role.ts';

/** One line of the permission table: whom it applies to, when, and what it decides. */
export const clauseSchema = z.strictObject({
  /** Where it comes from: `rules.<name>` or `profile.<name>`. */
  from: z.string().regex(/^(rules|profile)\.[a-z0-9][a-z0-9-]*$/),
  /** The clause applies to principals with at least one of these roles; if absent, to everybody. */
  roles: z.array(roleName).min(1).optional(),
  /** A glob over the concrete URI, for resources only; if absent, every URI matches. */
  uri: z.string().min(1).optional(),
  /** CEL over `args` and `principal`; if absent, the clause always matches. */
  when: z.string().min(1).optional(),
  decision: decisionSchema,
});
/** One line of the permission table: for whom and when it matches, and what it decides. */
export type Clause = z.infer<typeof clauseSchema>;

/** The clauses of one tool, prompt or resource template: the first one that matches wins. */
export interface PermissionEntry {
  /** As {@link printTarget} writes it; `server/resource:*` applies to every concrete resource of a server. */
  readonly target: string;
  readonly class: z.infer<typeof accessClassSchema>;
  readonly clauses: readonly Clause[];
}

/** Everything that an environment permits. Whatever has no entry is denied. Entries are sorted by target. */
export interface PermissionTable {
  readonly environment: string;
  readonly entries: readonly PermissionEntry[];
}

/** Whether no clause after this one can be reached. */
export function isUnconditional(clause: Clause): boolean {
  return clause.roles === undefined && clause.when === undefined && clause.uri === undefined;
}
