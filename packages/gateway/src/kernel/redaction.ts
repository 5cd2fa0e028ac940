import { visible } from '@lockstep/model/internal';

/** A value with fewer characters is no secret: blanking it would blank parts of words. */
const minLength = 6;
/** A line of a longer secret with fewer characters is no secret by itself. */
const minLineLength = 20;
/** How many values are remembered; a text may still quote one that a rotation has replaced. */
const maxValues = 64;

/** Replaces a secret. */
export const blanked = '[secret]';

/** Blanks secrets in texts that others wrote: a server's error may quote the secret that the server was given. */
interface Redaction {
  /** Remembers these values in addition to the known ones. */
  hide(values: Iterable<string>): void;
  /** Blanks every known value in the text, in all forms in which programs quote values. */
  redact(text: string): string;
}

/**
 * @param first values that are known from the start.
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

/** The ways to write a value: as it is, line by line, in JSON, in a URL, in base64. */
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

/** Blanks a secret that is cut off because somebody shortened the text. */
function cutOff(text: string, forms: readonly string[]): string {
  for (const form of forms) {
    for (let length = Math.min(form.length - 1, text.length); length >= minLength; length -= 1) {
      if (text.endsWith(form.slice(0, length))) return text.slice(0, -length) + blanked;
    }
  }
  return text;
}

/** A server's own words, made safe to show to people: at most `length` characters, none of them invisible. */
export function excerpt(text: string, length: number): string {
  return visible(text.slice(0, length).trim());
}
