import { type SecretDefinition, secretPlaceholder } from '@lockstep/model/internal';

/** What undici takes in a header: visible characters of Latin-1, blanks and tabs. */
const unfit = /[^\t\x20-\x7e\x80-\xff]/;

/**
 * The value of a header that carries a secret, or why it can't be one: a clause that does not quote it.
 *
 * @example
 * headerValue({ reference: 'mcp/docs#token', delivery: 'header', template: 'Bearer ${secret}' }, 'abc');
 * // { value: 'Bearer abc' }
 */
export function headerValue(
  { reference, template = secretPlaceholder }: SecretDefinition,
  secret: string,
): { readonly value: string } | { readonly unfit: string } {
  if (secret === '') return { unfit: `the secret ${reference} is empty; store its value` };
  if (/[\r\n]/.test(secret)) {
    return { unfit: `the secret ${reference} holds a line break, which no header may; store it without` };
  }
  if (unfit.test(secret) || unfit.test(template)) {
    return {
      unfit: `the header for the secret ${reference} has characters that no header may; store it as plain text`,
    };
  }
  // A function, since `$&` in a replacement would mean something else than itself.
  return { value: template.replaceAll(secretPlaceholder, () => secret).trim() };
}
