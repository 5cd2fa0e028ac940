import { expect, test } from 'vitest';
import { duplicateKeys } from './program-hooks.ts';

test('finds a key that is written twice, by its line', () => {
  const source = `export const servers = defineServers({
  files: { run: { npm: 'a', args: [] as string[] } },
  git: { run: { npm: 'b' } },
  'files': { run: { npm: 'c' } },
});`;
  expect(duplicateKeys(source, 'ts')).toEqual([{ key: 'files', line: 4, firstLine: 2 }]);
});

test('looks into everything that is nested, in each object apart', () => {
  expect(duplicateKeys('f([{ a: { b: 1, b: 2 } }, () => ({ c: 1, d: { c: 2 }, "c": 3 })])', 'js')).toEqual([
    { key: 'b', line: 1, firstLine: 1 },
    { key: 'c', line: 1, firstLine: 1 },
  ]);
});

test('takes a JSON file, where a bad merge leaves such a thing', () => {
  expect(duplicateKeys('{ "a": 1,\n "b": { "a": 1 },\n "a": 2 }', 'json')).toEqual([
    { key: 'a', line: 3, firstLine: 1 },
  ]);
});

test('lets pass what is none: getters with setters, computed keys, spreads, classes', () => {
  const source = `const k = 'a';
const o = { get x() { return 1 }, set x(v) {}, [k]: 1, a: 2, ...{ a: 3 } };
class C { a = 1; b = 2 }
interface I { a: string; b: string }`;
  expect(duplicateKeys(source, 'ts')).toEqual([]);
});

test("throws for what can't be parsed", () => {
  expect(() => duplicateKeys('const = 1', 'ts')).toThrow(SyntaxError);
  expect(() => duplicateKeys('{ "a": }', 'json')).toThrow(SyntaxError);
});
