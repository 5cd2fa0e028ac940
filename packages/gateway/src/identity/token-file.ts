import { readFile } from 'node:fs/promises';
import { ConfigurationError } from '@lockstep/model';
import { newTokenSchema } from '@lockstep/model/admin';
import { parseOrThrow } from '@lockstep/model/internal';
import { z } from 'zod';
import type { TokenRow } from './tables.ts';
import { hashSecret, makeSecret, makeTokenId, ownerKey } from './token.ts';

/** One token of a token file. The file has only the hash of its secret. */
const entrySchema = newTokenSchema.extend({
  /** Its name in lists and in the audit. Default: `file_` and the first twelve digits of its hash. */
  id: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, `_` or `-`')
    .optional(),
  /** Hexadecimal SHA-256 of the secret. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256: 64 hexadecimal digits in lower case'),
});
/** A token in the token file. */
export type TokenFileEntry = z.input<typeof entrySchema>;

/** A token file: a JSON array in which ids and secrets are unique and each subject has one owner. */
export const tokenFileSchema = z.array(entrySchema).superRefine((entries, context) => {
  for (const [index, entry] of entries.entries()) {
    const earlier = entries.slice(0, index);
    const refuse = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [index, field], message });
    if (entry.id !== undefined && earlier.some(({ id }) => id === entry.id))
      refuse('id', 'is there twice; give each token its own id.');
    if (earlier.some(({ sha256 }) => sha256 === entry.sha256))
      refuse('sha256', 'is there twice; give each token its own secret.');
    const other = earlier.find(({ subject, owner }) => subject === entry.subject && !isOwner(owner, entry));
    if (other !== undefined)
      refuse('owner', `must be ${other.owner}, who owns the subject; choose another subject.`);
  }
});

/** What the store keeps of an entry. */
export type DeclaredToken = Pick<
  TokenRow,
  'id' | 'hash' | 'subject' | 'owner' | 'roles' | 'audience' | 'expires_at'
>;

/**
 * Makes a token without a gateway: the secret for its holder, and the entry for the token file.
 *
 * @throws ConfigurationError naming the field that is invalid.
 * @example
 * const { token, entry } = makeFileToken({
 *   subject: 'ci',
 *   owner: 'ada@example.com',
 *   roles: ['writer'],
 *   audience: 'mcp',
 *   expiresAt: '2027-01-31T12:00:00Z',
 * });
 */
export function makeFileToken(wish: z.input<typeof newTokenSchema>): {
  readonly token: string;
  readonly entry: TokenFileEntry & { readonly id: string };
} {
  const secret = makeSecret();
  const checked = parseOrThrow(newTokenSchema, wish, 'token');
  return { token: secret, entry: { id: makeTokenId(), ...checked, sha256: hashSecret(secret) } };
}

/** @throws ConfigurationError naming the file and what is wrong with it. */
export async function readTokenFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const message = `can't be read (${code}); make its entries with \`lockstep token create --offline\` and mount it from a Secret.`;
    throw new ConfigurationError([{ path, message }]);
  }
}

/** @throws ConfigurationError naming the file and what is wrong with it. */
export function parseTokenFile(path: string, text: string): DeclaredToken[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new ConfigurationError([
      { path, message: "isn't JSON; write an array of what `lockstep token create --offline` prints." },
    ]);
  }
  return parseOrThrow(tokenFileSchema, json, path).map(({ sha256, id, roles, expiresAt, ...rest }) => ({
    ...rest,
    id: id ?? `file_${sha256.slice(0, 12)}`,
    hash: sha256,
    roles: JSON.stringify([...new Set(roles)]),
    expires_at: Date.parse(expiresAt),
  }));
}

function isOwner(owner: string, entry: { readonly owner: string }): boolean {
  return ownerKey(owner) === ownerKey(entry.owner);
}
