import { expect, test } from 'vitest';
import { distance, parseDuration, parseMoment } from './duration.ts';

test.each([
  ['90s', 90],
  ['15m', 900],
  ['12h', 43_200],
  ['30d', 2_592_000],
  ['2w', 1_209_600],
  ['1', undefined],
  ['-1h', undefined],
  ['1.5h', undefined],
])('%s', (text, seconds) => {
  expect(parseDuration(text)).toBe(seconds);
});

test('a moment is a duration from now, ahead or behind, or a date', () => {
  const hour = 3_600_000;
  expect(Date.parse(parseMoment('--expires', '1h', 'ahead')) - Date.now()).toBeCloseTo(hour, -4);
  expect(Date.parse(parseMoment('--from', '1h', 'behind')) - Date.now()).toBeCloseTo(-hour, -4);
  expect(parseMoment('--from', '2027-01-31T12:00:00+02:00', 'behind')).toBe('2027-01-31T10:00:00.000Z');
  expect(parseMoment('--from', '2027-01-31', 'behind')).toBe('2027-01-31T00:00:00.000Z');
  expect(() => parseMoment('--from', 'yesterday', 'behind')).toThrow(
    '--from yesterday is no time; write a duration',
  );
  expect(() => parseMoment('--from', '5', 'behind')).toThrow('is no time');
});

test('a distance is told in its largest unit', () => {
  const now = Date.parse('2027-01-01T00:00:00Z');
  const after = (seconds: number) => distance(new Date(now + seconds * 1000).toISOString(), now);
  expect([5, 90, 7200, 86_400 * 3, -7200].map(after)).toEqual(['5 s', '2 min', '2 h', '3 d', '2 h']);
});
