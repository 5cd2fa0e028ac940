import type { SignIn } from './authenticate.ts';

/** Who calls, as the credentials prove: a principal, and the token it presented; the local user has none. */
export type Caller = Exclude<SignIn, { readonly refused: string }>;

/** Whether two callers are the same one, by what proves it: issuer and subject. */
export function samePrincipal(a: Caller, b: Caller): boolean {
  return a.principal.issuer === b.principal.issuer && a.principal.subject === b.principal.subject;
}
