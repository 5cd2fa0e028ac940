import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, digestOf, sha256 } from './canonical.ts';

test('keys are sorted and numbers are written as RFC 8785 says', () => {
  const value = { '€': 1, a: [1e21, 0.002, -0, 1.0], A: { z: null, b: '\u000f\n"' } };
  expect(canonicalJson(value)).toBe('{"A":{"b":"\\u000f\\n\\"","z":null},"a":[1e+21,0.002,0,1],"€":1}');
});

test("the digest doesn't depend on the order of keys", () => {
  expect(digestOf({ a: 1, b: { c: 2, d: 3 } })).toBe(digestOf({ b: { d: 3, c: 2 }, a: 1 }));
  expect(sha256('abc')).toBe('sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test("values that JSON can't express are refused", () => {
  for (const value of [undefined, Number.NaN, { a: Number.POSITIVE_INFINITY }, ['\ud800']]) {
    expect(() => canonicalJson(value)).toThrow();
  }
});

test('canonical JSON parses back to the value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
