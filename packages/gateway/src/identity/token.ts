import { hash, randomBytes } from 'node:crypto';
import { principalSchema } from '@lockstep/model';
import { z } from 'zod';

/** What a token is for: calling `/mcp`, or deciding, auditing and administering. Never both. */
export const audienceSchema = z.enum(['mcp', 'admin']);
export type Audience = z.infer<typeof audienceSchema>;

/** One line that people read; no control characters or surrounding spaces. */
const label = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^\p{C}\p{Zl}\p{Zp}]*$/u, 'must be one line without control or invisible characters');

/** What a person says of a new token. */
export const newTokenSchema = z.strictObject({
  /** What it is called: the agent or person that holds it. */
  subject: label,
  /** The human behind it; approvals compare owners. */
  owner: label,
  roles: principalSchema.shape.roles,
  audience: audienceSchema,
  /** When it ends. ISO 8601 with an offset or `Z`. */
  expiresAt: z.iso
    .datetime({ offset: true, error: 'must be a date and time like 2027-01-31T12:00:00Z' })
    .transform((text) => new Date(text).toISOString()),
});
export type NewToken = z.output<typeof newTokenSchema>;

/** Where a token comes from: it was `created` here, or is declared in the token `file`. */
export const tokenSourceSchema = z.enum(['created', 'file']);

/** A token as it may be shown: never the secret, nor its hash. Times are ISO 8601. */
export interface TokenInfo extends NewToken {
  readonly id: string;
  readonly createdAt: string;
  /** Who created it: an owner, `operator` for the socket on this machine, or `token file`. */
  readonly createdBy: string;
  readonly revokedAt: string | null;
  readonly revokedBy: string | null;
  readonly source: z.infer<typeof tokenSourceSchema>;
}

/** What a request was signed in with, and until when. */
export interface Credential {
  readonly tokenId: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** A new secret: `lks_` and 32 random bytes. The prefix lets secret scanners find leaked ones. */
export function makeSecret(): string {
  return `lks_${randomBytes(32).toString('base64url')}`;
}

/** A new public name for a token. */
export function makeTokenId(): string {
  return `tok_${randomBytes(9).toString('base64url')}`;
}

/** What is stored of a secret. It is random and long, so that a plain hash can't be guessed back. */
export function hashSecret(secret: string): string {
  return hash('sha256', secret);
}
