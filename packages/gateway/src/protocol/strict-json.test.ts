import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStrict } from './strict-json.ts';

const parse = (text: string) => parseStrict(text, 64);

describe('parseStrict', () => {
  it('parses a long number quickly, and quotes only its beginning', () => {
    const long = `1.${'0'.repeat(1_000_000)}1`;
    expect(() => parse(`{"n":${long}}`)).toThrow(/^.{20,300}$/);
  });

  it.each([
    ['{"a":1,"a":1}', 'repeats a key'],
    ['{"a":{"b":1,"b":2}}', 'repeats a key'],
    ['{"\\u0061":1,"a":1}', 'repeats a key'],
    ['{"__proto__":1,"__proto__":2}', '__proto__'],
    ['{"a":1,"A":2}', 'differ only in case'],
    ['{"ſ":1,"s":2}', 'differ only in case'],
    ['{"K":1,"k":2}', 'differ only in case'],
    ['{"ß":1,"SS":2}', 'differ only in case'],
    ['{"n":9007199254740993}', '9007199254740993'],
    ['{"n":1e400}', '1e400'],
    ['{"n":0.1000000000000000055511151231257827}', '0.1000'],
    ['{"s":"\\ud800"}', 'surrogate'],
    ['{"\\ud800":1}', 'surrogate'],
    ['{"s":"\\u0000"}', 'NUL'],
    ['{"s":', 'not JSON'],
    [`${'['.repeat(70)}${']'.repeat(70)}`, 'nested too deeply'],
  ])('refuses %s', (text, part) => {
    expect(() => parse(text)).toThrow(part);
  });

  it.each([
    '{"n":9007199254740992}',
    '{"n":1.0}',
    '{"n":1.10}',
    '{"n":-0}',
    '{"n":1E2}',
    '{"n":0.1}',
    '{"n":1000000000000000000000}',
    '{"a:b":"c:d \\" : \\\\"}',
    '{"a":[{"a":1},{"a":2}]}',
  ])('parses %s as JSON.parse does', (text) => {
    expect(parse(text)).toEqual(JSON.parse(text));
  });

  it('accepts everything that JSON.stringify writes, unless keys fold together', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = JSON.stringify(value);
        try {
          expect(parse(text)).toEqual(JSON.parse(text));
        } catch (error) {
          expect(String(error)).toMatch(/differ only in case|NUL|surrogate|__proto__/);
        }
      }),
    );
  });

  it('refuses a repeated key, wherever it is', () => {
    fc.assert(
      fc.property(fc.string(), fc.jsonValue(), fc.jsonValue(), (key, one, two) => {
        const name = JSON.stringify(key);
        const text = `{"outer":[{${name}:${JSON.stringify(one)},${name}:${JSON.stringify(two)}}]}`;
        expect(() => parse(text)).toThrow();
      }),
    );
  });

  it('refuses the key `__proto__`, even escaped', () => {
    expect(() => parse('{"a":[{"__proto__":{}}]}')).toThrow(/__proto__/);
    expect(() => parse('{"__pr\\u006fto__":1}')).toThrow(/__proto__/);
    expect(parse('{"a":"__proto__"}')).toEqual({ a: '__proto__' });
  });

  it('accepts a text as long as a body may be', () => {
    const text = 'x'.repeat(60_000_000);
    expect(parse(`{"a":"${text}"}`)).toEqual({ a: text });
  });
});
