import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExact, survivesDouble } from './exact-json.ts';

const rewritten = (text: string) => JSON.stringify(parseExact(text));

describe('parsing JSON exactly', () => {
  it("keeps every number's value", () => {
    expect(rewritten('{"a":[9007199254740993,-9007199254740993],"b":1e400,"c":1e-400}')).toBe(
      '{"a":[9007199254740993,-9007199254740993],"b":1e400,"c":1e-400}',
    );
    expect(rewritten('[12345678.12345678901, 0.1000000000000000055]')).toBe(
      '[12345678.12345678901,0.1000000000000000055]',
    );
  });

  it('gives plain numbers if a double holds the same value', () => {
    expect(parseExact('[1.50, 1E2, 9007199254740992, 1234567890123456.0, 1e300]')).toEqual([
      1.5, 100, 9007199254740992, 1234567890123456, 1e300,
    ]);
  });

  it('agrees with JSON.parse on everything that JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(rewritten(text)).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  it('never changes an integer, however long', () => {
    fc.assert(
      fc.property(fc.bigInt(), (value) => {
        // A power of ten may be written shorter; its value is the same.
        expect(BigInt(toPlain(rewritten(`${value}`)))).toBe(value);
      }),
    );
  });
});

function toPlain(text: string): string {
  const [, digits, exponent] = /^(-?\d+)e\+(\d+)$/.exec(text) ?? [];
  return digits === undefined ? text : `${digits}${'0'.repeat(Number(exponent))}`;
}

it('parses a long number quickly, whatever its digits are', () => {
  const long = `1.${'0'.repeat(1_000_000)}1`;
  expect(JSON.stringify(parseExact(`{"n":${long}}`))).toBe(`{"n":${long}}`);
  expect(survivesDouble(`1.${'0'.repeat(700)}`)).toBe(true);
});
