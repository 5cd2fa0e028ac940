import { z } from 'zod';
import type { accessClassSchema } from '../access-class.ts';
import { decisionSchema } from '../decision.ts';
import { roleName } from '../role.ts';

/** One line of the permission table: whom it concerns, when, and what it decides. */
export const clauseSchema = z.strictObject({
  /** Where it comes from: `rules.<name>` or `profile.<name>`. */
  from: z.string().regex(/^(rules|profile)\.[a-z0-9][a-z0-9-]*$/),
  /** It concerns principals with at least one of these; absent: everybody. */
  roles: z.array(roleName).min(1).optional(),
  /** Glob over the concrete URI, for resources only; absent: every URI. */
  uri: z.string().min(1).optional(),
  /** CEL over `args` and `principal`; absent: always. */
  when: z.string().min(1).optional(),
  decision: decisionSchema,
});
/** One line of the permission table: for whom and when it matches, and what it decides. */
export type Clause = z.infer<typeof clauseSchema>;

/** All that can be decided about one tool, prompt or resource template: the first clause that matches wins. */
export interface PermissionEntry {
  /** As {@link printTarget} writes it; `server/resource:*` holds for every concrete resource of a server. */
  readonly target: string;
  readonly class: z.infer<typeof accessClassSchema>;
  readonly clauses: readonly Clause[];
}

/** What an environment permits, whole. Whatever has no entry is denied. Entries are sorted by target. */
export interface PermissionTable {
  readonly environment: string;
  readonly entries: readonly PermissionEntry[];
}

/** Whether nothing behind the clause can ever be reached. */
export function isUnconditional(clause: Clause): boolean {
  return clause.roles === undefined && clause.when === undefined && clause.uri === undefined;
}
