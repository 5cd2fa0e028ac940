import { visible } from '@lockstep/model/internal';

/** Characters below which a value is no secret: blanking those would blank words. */
const minLength = 6;
/** Characters below which one line of a longer secret is no secret by itself. */
const minLineLength = 20;
/** Values that are remembered: also those that a rotation has replaced may still be quoted. */
const maxValues = 64;

/** What stands where a secret stood. */
export const blanked = '[secret]';

/** Blanks secrets in texts that others wrote: what a server says when it fails may quote what it was given. */
interface Redaction {
  /** Remembers values, beside those that it knows. */
  hide(values: Iterable<string>): void;
  /** The text without them, in any of the forms that programs quote values in. */
  redact(text: string): string;
}

/**
 * @param first values to know from the start.
 * @example
 * createRedaction(['s3cret!']).redact('Bearer s3cret! is expired'); // 'Bearer [secret] is expired'
 */
export function createRedaction(first: Iterable<string> = []): Redaction {
  const values = new Set<string>();
  let forms: readonly string[] = [];
  const hide = (added: Iterable<string>) => {
    for (const value of added) {
      values.delete(value);
      values.add(value);
    }
    for (const oldest of [...values].slice(0, -maxValues)) values.delete(oldest);
    forms = [...new Set([...values].flatMap(formsOf))].toSorted((a, b) => b.length - a.length);
  };
  hide(first);
  return {
    hide,
    redact: (text) =>
      cutOff(
        forms.reduce((rest, form) => rest.replaceAll(form, blanked), text),
        forms,
      ),
  };
}

/** How a value may be written: as it is, line by line, in JSON, in a URL, in base64. */
function formsOf(value: string): string[] {
  const lines = value.split(/\r?\n/);
  const long = lines.length > 1 ? lines.filter((line) => line.length >= minLineLength) : [];
  const bytes = Buffer.from(value, 'utf8');
  const forms = [
    ...[value, value.trim(), ...long],
    JSON.stringify(value).slice(1, -1),
    ...[encodeURIComponent(value.toWellFormed()), new URLSearchParams({ v: value }).toString().slice(2)],
    ...[bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url')],
  ];
  return forms.filter((form) => form.length >= minLength);
}

/** Blanks a secret that a text, shortened by somebody, ends in the middle of. */
function cutOff(text: string, forms: readonly string[]): string {
  for (const form of forms) {
    for (let length = Math.min(form.length - 1, text.length); length >= minLength; length -= 1) {
      if (text.endsWith(form.slice(0, length))) return text.slice(0, -length) + blanked;
    }
  }
  return text;
}

/** A server's own words, fit to be shown to people: at most that many characters, none of them invisible. */
export function excerpt(text: string, length: number): string {
  return visible(text.slice(0, length).trim());
}
