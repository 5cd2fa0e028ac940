import { z } from 'zod';

/** A role's name, as rules, tokens and identity providers use it. */
export const roleName = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9._:-]{0,62}[a-z0-9])?$/,
    'must be 1–64 lower-case letters, digits, `.`, `_`, `:` or `-`',
  );

/** Roles that the unauthenticated local user never holds. */
export const privilegedRoles: readonly string[] = ['approver', 'auditor', 'admin'];

/** The roles of the local user, who proves no identity. */
export const localRolesSchema = z.array(
  roleName.refine((role) => !privilegedRoles.includes(role), {
    error: (issue) => `the local user can't hold ${String(issue.input)}; give that role to a token instead`,
  }),
);
