import { expect, test } from 'vitest';
import { principal } from '../world.fixture.ts';
import { compileCondition } from './compile.ts';

function holds(text: string, args: Record<string, unknown> = {}, ...roles: string[]): boolean | string {
  const result = compileCondition(text)({ args, principal: principal(...roles) });
  return result instanceof Error ? result.message : result;
}

test.each([
  ['pathUnder(args.path, "public")', { path: 'public/a' }, true],
  ['pathUnder(args.path, "public")', { path: 'public/../a' }, false],
  ['args.count > 4 && args.count == 5', { count: 5 }, true],
  ['args.tags.exists(tag, tag.startsWith("x"))', { tags: ['a', 'xy'] }, true],
  ['args.mode in ["r", "w"]', { mode: 'x' }, false],
  ['has(args.force) ? args.force : false', {}, false],
  ['has(args.force)', { force: null }, true],
  ['"force" in args && args.force == null', { force: null }, true],
  ['principal.owner == "ada" && "ops" in principal.roles', {}, true],
  ['args.text.matches("^[a-z]+$")', { text: 'abc' }, true],
  ['type(args.path) == string', { path: 1 }, false],
  ['has(args.toString) || has(args.constructor)', {}, false],
])('%s with %j: %s', (text, args, expected) => {
  expect(holds(text, args, 'ops')).toBe(expected);
});

test.each([
  ['args.path.startsWith("x")', {}, /path/],
  ['args.count + "1" == "11"', { count: 1 }, /overload/],
  ['args.path', { path: 'true' }, /neither true nor false/],
  ['args.path.startsWith("x")', { path: ['x'] }, /overload/],
  ['pathUnder(args.path, "public")', { path: '/etc' }, /absolute/],
  ['args.a == 1', { a: () => 1 }, /function/],
])('%s with %j gives an error', (text, args, why) => {
  expect(holds(text, args)).toMatch(why);
});

test.each([
  ['args.path ==', 'at character'],
  ['', ''],
  ['tool == "x"', 'unknown name `tool`'],
  ['startsWith(args.path, "x")', 'is called as string.startsWith(string)'],
  ['pathUnder(args.path)', 'is called as pathUnder(string, string)'],
  ['args.path.lowerAscii() == "x"', 'unknown function `lowerAscii`'],
  ['principal.role == "x"', 'a principal has no `role`'],
  ['args.a.all(x, y > 1)', 'unknown name `y`'],
  ['"yes"', 'true or false'],
  ['[true]', 'true or false'],
  ['args.a.matches("(")', 'missing closing )'],
  ['args.a.matches(args.b)', 'as a string in quotes'],
  ['pathUnder(args.a, "~/x")', '`~`'],
  ['google.protobuf.Duration{seconds: 1} == args.a', 'no message'],
])("%s isn't a condition", (text, why) => {
  expect(() => compileCondition(text)).toThrow(why);
});

test('a condition that is nested too deeply is refused', () => {
  expect(() => compileCondition('('.repeat(5000))).toThrow('nested too deeply');
});

test("an argument can't pass for one of the library's own kinds of value", () => {
  const hostile = { $typeName: 'google.protobuf.BoolValue', value: true };
  expect(holds('args.flag == true', { flag: hostile })).toBe(false);
  expect(holds('args.flag.value', { flag: hostile })).toBe(true);
  expect(holds('has(args.x)', JSON.parse('{"__proto__":{"x":1}}'))).toBe(false);
});

test("hostile arguments can't make it hang", () => {
  const started = performance.now();
  const long = `${'a'.repeat(200_000)}!`;
  expect(holds('args.a.matches("^(a+)+$")', { a: long })).toBe(false);
  expect(holds('args.a.matches("^(a|aa)+$")', { a: long.repeat(5) })).toMatch('characters');
  expect(holds('args.l.all(x, x.matches("a"))', { l: Array(5).fill(long) })).toMatch('characters');
  const list = Array(5000).fill('a');
  expect(holds('args.l.all(x, x == "a")', { l: list })).toBe(true);
  expect(holds('args.l.all(x, args.l.all(y, x == y))', { l: list })).toMatch('too large');
  const numbers = Array(500).fill(1);
  expect(holds('args.l.all(x, args.l.all(y, x == y))', { l: numbers })).toMatch('too large');
  expect(holds('args.l.exists(x, args.t.contains(x + "b"))', { l: list, t: 'a'.repeat(1_000_000) })).toMatch(
    'too large',
  );
  expect(performance.now() - started).toBeLessThan(3000);
});

test('messages are short and escape invisible characters', () => {
  const message = String(holds('pathUnder(args.path, "a")', { path: `~\u202e${'x'.repeat(2000)}` }));
  expect(message).toContain('\\u202e');
  expect(message.length).toBeLessThan(400);
});

test('it says whether it needs arguments', () => {
  expect(compileCondition('"a" in principal.roles').usesArguments).toBe(false);
  expect(compileCondition('principal.roles.exists(r, r == args.x)').usesArguments).toBe(true);
  expect(compileCondition('["a"].exists(args, args == "a")').usesArguments).toBe(false);
});

test('the same text is compiled once', () => {
  expect(compileCondition('args.a == 1')).toBe(compileCondition('args.a == 1'));
});
