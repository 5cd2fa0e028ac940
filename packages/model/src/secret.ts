import { z } from 'zod';

/** How a secret reaches a server. */
const deliverySchema = z.enum(['header', 'env', 'file']);
/** How a secret reaches a server: `header`, `env` or `file`. */
export type Delivery = z.infer<typeof deliverySchema>;

const reference = z
  .string()
  .max(512)
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)+#[A-Za-z0-9._-]+$/,
    'must be `mount/path#field`, as in `mcp/github#token`',
  );

/** The placeholder for the secret's value in a template. */
export const secretPlaceholder = '${secret}';

/** Where a secret is kept, and how it reaches the server. Its value is in no program, plan or state. */
const secretSchema = z
  .strictObject({
    /**
     * Where the secret is kept: `mount/path#field`. On a laptop it names a file or a variable; see `secretSources`.
     */
    reference,
    /** With `header`, the gateway adds it to each request; with `env` and `file`, the server starts with it. */
    delivery: deliverySchema,
    /** The header's value, as in `Bearer ${secret}`. Only for `header`. Default: the secret alone. */
    template: z
      .string()
      .max(1000)
      .refine((text) => text.includes(secretPlaceholder), `must contain \`${secretPlaceholder}\``)
      .optional(),
  })
  .refine(({ delivery, template }) => template === undefined || delivery === 'header', {
    path: ['template'],
    error: 'is for headers only; remove it',
  });
/** A secret's parsed declaration. */
export type SecretDefinition = z.output<typeof secretSchema>;

/**
 * Names a secret of a server. Its key in `secrets` is the name of the header, variable or file.
 *
 * @param at `mount/path#field`.
 * @example
 * const secrets = {
 *   Authorization: secret('mcp/docs#token', { delivery: 'header', template: 'Bearer ${secret}' }),
 *   GITHUB_TOKEN: secret('mcp/github#token', { delivery: 'env' }),
 * };
 */
export function secret(
  at: string,
  options: { delivery: Delivery; template?: string },
): z.input<typeof secretSchema> {
  return { reference: at, ...options };
}

/**
 * Splits a reference into its parts.
 *
 * @example
 * parseSecretReference('mcp/github#token'); // { path: 'mcp/github', field: 'token' }
 */
export function parseSecretReference(text: string): { readonly path: string; readonly field: string } {
  const at = text.lastIndexOf('#');
  return { path: text.slice(0, at), field: text.slice(at + 1) };
}

/**
 * Where Lockstep looks for a secret on a laptop: first a file below the environment's `secrets` folder, then a
 * variable.
 *
 * @example
 * secretSources('mcp/github#token'); // { file: 'mcp/github/token', variable: 'LOCKSTEP_SECRET_MCP_GITHUB_TOKEN' }
 */
export function secretSources(text: string): { readonly file: string; readonly variable: string } {
  const { path, field } = parseSecretReference(text);
  const words = `${path}_${field}`.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_');
  return { file: `${path}/${field}`, variable: `LOCKSTEP_SECRET_${words}` };
}

const names: Record<Delivery, { pattern: RegExp; is: string }> = {
  header: { pattern: /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/, is: 'the name of an HTTP header' },
  env: { pattern: /^[A-Za-z_][A-Za-z0-9_]*$/, is: 'the name of an environment variable' },
  file: { pattern: /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/, is: 'a file name' },
};

/** Headers that the gateway makes itself. */
const ownHeaders = /^(host|content-|connection$|transfer-|accept|mcp-|lockstep-|x-forwarded-|forwarded$)/i;

/** A server's secrets, by the name of the header, variable or file. */
export const secretsSchema = z.record(z.string(), secretSchema).superRefine((secrets, context) => {
  const headers = new Set<string>();
  for (const [name, { delivery }] of Object.entries(secrets)) {
    const issue = (message: string) => context.addIssue({ code: 'custom', path: [name], message });
    if (!names[delivery].pattern.test(name)) issue(`its name must be ${names[delivery].is}`);
    if (delivery !== 'header') continue;
    if (ownHeaders.test(name)) issue('the gateway makes this header; choose another');
    if (headers.has(name.toLowerCase()))
      issue('another entry names this header, in different case; remove one');
    headers.add(name.toLowerCase());
  }
});
/** A server's secrets, by the name of the header, variable or file. */
export type Secrets = z.output<typeof secretsSchema>;
