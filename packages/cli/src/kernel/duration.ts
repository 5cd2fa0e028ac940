import ms from 'ms';
import { Failure } from './failure.ts';

/** What is taken: the library would also take signs, fractions, whole words and bare numbers. */
const form = /^\d{1,9}[smhdw]$/;

/** Seconds of a duration such as `90s`, `15m`, `12h`, `30d`, `2w`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  return form.test(text) ? ms(text as ms.StringValue) / 1000 : undefined;
}

/**
 * A moment, as ISO 8601: a date or time as it stands, or a duration from now.
 *
 * @param direction whether a duration lies ahead (`expires in 30d`) or behind (`since 12h`).
 * @throws Failure naming the option.
 */
export function parseMoment(option: string, text: string, direction: 'ahead' | 'behind'): string {
  const seconds = parseDuration(text);
  if (seconds !== undefined) {
    return new Date(Date.now() + (direction === 'ahead' ? seconds : -seconds) * 1000).toISOString();
  }
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new Failure(
      `${option} ${text} is no time; write a duration like 12h or 30d, or a date like 2027-01-31T12:00:00Z.`,
    );
  }
  return new Date(time).toISOString();
}

/** How long until a moment, or since it, in one unit: `3 h`. */
export function distance(iso: string, now = Date.now()): string {
  const seconds = Math.abs(Date.parse(iso) - now) / 1000;
  const [unit, size] = (
    [
      ['d', 86_400],
      ['h', 3600],
      ['min', 60],
    ] as const
  ).find(([, length]) => seconds >= length) ?? ['s', 1];
  return `${Math.round(seconds / size)} ${unit}`;
}
