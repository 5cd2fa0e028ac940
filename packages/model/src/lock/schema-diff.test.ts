import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diffSchemas } from './schema-diff.ts';

const object = (properties: object, rest: object = {}) => ({ type: 'object', properties, ...rest });
const text = { type: 'string' };

test.each<[string, unknown, unknown, string]>([
  ['key order', { type: 'string', maxLength: 1 }, { maxLength: 1, type: 'string' }, 'same'],
  ['a description', object({ a: text }), object({ a: { ...text, description: 'x' } }), 'reworded'],
  ['an optional property added', object({ a: text }), object({ a: text, b: text }), 'widened'],
  ['a required property added', object({}), object({ a: text }, { required: ['a'] }), 'changed'],
  ['a property removed', object({ a: text, b: text }), object({ a: text }), 'narrowed'],
  ['a property made required', object({ a: text }), object({ a: text }, { required: ['a'] }), 'narrowed'],
  ['a property made optional', object({ a: text }, { required: ['a'] }), object({ a: text }), 'widened'],
  ['closed', object({}), object({}, { additionalProperties: false }), 'narrowed'],
  ['opened', object({}, { additionalProperties: false }), object({}), 'widened'],
  ['another type', text, { type: 'number' }, 'changed'],
  ['another allowed type', text, { type: ['string', 'null'] }, 'widened'],
  ['integer to number', { type: 'integer' }, { type: 'number' }, 'widened'],
  ['number to integer', { type: 'number' }, { type: 'integer' }, 'narrowed'],
  ['a new enum value', { enum: ['a'] }, { enum: ['a', 'b'] }, 'widened'],
  ['a removed enum value', { enum: ['a', 'b'] }, { enum: ['b'] }, 'narrowed'],
  ['an enum reordered', { enum: ['a', 'b'] }, { enum: ['b', 'a'] }, 'reworded'],
  ['a higher minimum', { minimum: 1 }, { minimum: 2 }, 'narrowed'],
  ['a higher maximum', { maximum: 1 }, { maximum: 2 }, 'widened'],
  ['a removed bound', { maxLength: 5 }, {}, 'widened'],
  ['a pattern added', text, { ...text, pattern: '^a' }, 'narrowed'],
  ['another pattern', { pattern: '^b' }, { pattern: '^a' }, 'changed'],
  ['items narrowed', { items: text }, { items: { ...text, maxLength: 1 } }, 'narrowed'],
  ['a new branch', { anyOf: [text] }, { anyOf: [text, { type: 'null' }] }, 'widened'],
  ['a branch narrowed', { anyOf: [text, {}] }, { anyOf: [{ ...text, maxLength: 2 }, {}] }, 'narrowed'],
  ['a default', text, { ...text, default: 'x' }, 'changed'],
  ['an unknown keyword', text, { ...text, 'x-odd': 1 }, 'changed'],
  ['a definition', { $defs: { a: text } }, { $defs: { a: { ...text, maxLength: 1 } } }, 'changed'],
  ['wider here and narrower there', object({ a: text }), object({ a: {}, b: { maxLength: 1 } }), 'widened'],
  ['nothing accepted any longer', true, false, 'narrowed'],
  ['a property called description', object({ description: text }), object({}), 'narrowed'],
])('%s', (_, before, after, relation) => {
  expect(diffSchemas(before, after).relation).toBe(relation);
});

test('it says where schemas differ', () => {
  const before = object({ path: text, mode: { enum: ['r', 'w'] } });
  const after = object({ mode: { enum: ['r'] }, deep: text });
  expect(diffSchemas(before, after)).toEqual({
    relation: 'changed',
    notes: ['/properties/deep: added', '/properties/mode/enum: narrowed', '/properties/path: removed'],
  });
});

test('it compares any two values, and finds equal ones the same', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      expect(['same', 'reworded', 'widened', 'narrowed', 'changed']).toContain(diffSchemas(a, b).relation);
      expect(diffSchemas(a, structuredClone(a))).toEqual({ relation: 'same', notes: [] });
    }),
  );
});

test('a keyword that every object inherits is a keyword like others', () => {
  for (const keyword of ['toString', 'constructor', '__proto__'])
    expect(diffSchemas(true, JSON.parse(`{"${keyword}":0}`)).relation).toBe('changed');
});

test('what widens in one direction narrows in the other', () => {
  const opposite = {
    same: 'same',
    reworded: 'reworded',
    widened: 'narrowed',
    narrowed: 'widened',
    changed: 'changed',
  };
  const schema = fc.record(
    {
      type: fc.constantFrom('string', 'number', 'integer'),
      enum: fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 }),
      maxLength: fc.nat(3),
      required: fc.uniqueArray(fc.constantFrom('a', 'b')),
      properties: fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom({}, text), { maxKeys: 2 }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(schema, schema, (a, b) => {
      expect(diffSchemas(b, a).relation).toBe(opposite[diffSchemas(a, b).relation]);
    }),
    { numRuns: 1000 },
  );
});

test('a very deep schema is compared, but not to its end', () => {
  const deep = (leaf: unknown) =>
    Array.from({ length: 3000 }).reduce<unknown>((inner) => ({ items: inner }), leaf);
  expect(diffSchemas(deep({ minimum: 1 }), deep({ minimum: 2 })).relation).toBe('changed');
});
