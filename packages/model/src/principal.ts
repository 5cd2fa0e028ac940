import { z } from 'zod';

import { roleName } from './role.ts';

/** The caller. Two principals are the same if their issuer and subject are; a client's name never counts. */
export const principalSchema = z.strictObject({
  /** Who vouches for the subject: `lockstep:local`, `lockstep:token`, or an OpenID issuer's URL. */
  issuer: z.string().min(1),
  /** What the issuer calls it: the subject of a token. */
  subject: z.string().min(1),
  /** The human behind it. Approvals compare owners, so that nobody approves their own request with a second token. */
  owner: z.string().min(1),
  /** The roles that rules and approvals ask for. */
  roles: z.array(roleName),
});
/** The caller: issuer and subject, the human behind them, and their roles. */
export type Principal = z.infer<typeof principalSchema>;
