import fc from 'fast-check';
import { expect, test } from 'vitest';
import { globsAfter, isLiteral, literalOf, matchesGlob } from './glob.ts';

test.each([
  ['files/*', 'files/read_file', true],
  ['files/*', 'Files/read_file', false],
  ['*/read_*', 'files/read_file', true],
  ['files/read_file', 'files/read_file2', false],
  ['files/read?file', 'files/read_file', false],
  ['files/[r]ead', 'files/read', false],
  ['a*b', 'a\n/b', true],
  ['a\\*b', 'a*b', true],
  ['a\\*b', 'axb', false],
  ['!a', 'b', false],
  ['!a', '!a', true],
  [' a', 'a', false],
  ['', 'a', false],
])('%j on %j: %s', (glob, text, matched) => {
  expect(matchesGlob([glob], text)).toBe(matched);
});

test('one matching glob is enough, and no globs match nothing', () => {
  expect(matchesGlob(['a', 'b*'], 'bc')).toBe(true);
  expect(matchesGlob([], 'a')).toBe(false);
});

test('a hostile text takes no time', () => {
  const started = performance.now();
  expect(matchesGlob(['*a*a*a*a*a*a*a*a*b'], 'a'.repeat(100_000))).toBe(false);
  expect(performance.now() - started).toBeLessThan(500);
});

test.each([
  ['files/resource:file:///x/*', ['file:///x/*']],
  ['files/*', ['*']],
  ['*', ['*']],
  ['files/resource:**', ['*']],
  ['files/read_*', []],
  ['other/*', []],
  ['files/resource:', []],
  ['files/resource:!a', ['!a']],
  ['files/res*', ['*']],
  ['files/res*x', ['*x']],
])('%s after `files/resource:`', (glob, rest) => {
  expect(globsAfter(glob, 'files/resource:')).toEqual(rest);
});

const short = (alphabet: string, most: number) =>
  fc.string({ unit: fc.constantFrom(...alphabet), maxLength: most });

test('the rest of a glob after a prefix matches as the whole does', () => {
  fc.assert(
    fc.property(short('ab*\\!', 8), short('ab', 4), short('ab*!', 5), (glob, prefix, rest) => {
      fc.pre(rest !== '');
      expect(matchesGlob(globsAfter(glob, prefix), rest)).toBe(matchesGlob([glob], prefix + rest));
    }),
    { numRuns: 3000 },
  );
});

test('literal globs match one text', () => {
  expect([isLiteral('files/a\\*'), literalOf('files/a\\*')]).toEqual([true, 'files/a*']);
  expect(isLiteral('files/*')).toBe(false);
});
