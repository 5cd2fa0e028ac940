import { describe, expect, it } from 'vitest';
import { compileArguments } from './arguments.ts';

const tool = { server: 's', kind: 'tool', name: 't' } as const;
const prompt = { server: 's', kind: 'prompt', name: 'p' } as const;
const check = (inputSchema: object) => compileArguments(tool, { inputSchema });

describe('the arguments of a tool', () => {
  const schema = {
    type: 'object',
    properties: { path: { type: 'string' }, mode: { enum: ['a', 'b'] } },
    required: ['path'],
    additionalProperties: false,
  };

  it.each([
    [{}, 'path'],
    [{ path: 1 }, '`path` must be string'],
    [{ path: 'x', more: 1 }, '"more"'],
    [{ path: 'x', mode: 'c' }, '["a","b"]'],
  ])('refuse %j', (args, part) => expect(check(schema)(args)).toContain(part));

  it('pass when they fit', () => expect(check(schema)({ path: 'x', mode: 'a' })).toBeUndefined());

  it('never fetch a remote reference', () => {
    expect(check({ $ref: 'https://example.com/schema.json' })({})).toContain("can't be checked");
  });

  it('are checked in linear time, whatever the pattern', () => {
    const evil = check({ properties: { x: { type: 'string', pattern: '^(a+)+$' } } });
    expect(evil({ x: `${'a'.repeat(50_000)}!` })).toContain('pattern');
  });

  it('are checked against every pattern, not against the first one twice', () => {
    const two = check({ properties: { x: { pattern: '^a$' }, y: { pattern: '^b$' } } });
    expect(two({ x: 'a', y: 'b' })).toBeUndefined();
    expect(two({ x: 'a', y: 'a' })).toContain('`y`');
  });

  it('are refused if a pattern needs look-around', () => {
    expect(check({ properties: { x: { pattern: '(?=a)b' } } })({ x: 'b' })).toContain("can't be checked");
  });

  it('may have a schema in an older dialect or in 2020-12', () => {
    expect(
      check({
        $schema: 'http://json-schema.org/draft-07/schema#',
        properties: { l: { items: [{ type: 'string' }] } },
      })({ l: [1] }),
    ).toContain('string');
    expect(check({ properties: { l: { prefixItems: [{ type: 'string' }] } } })({ l: [1] })).toContain(
      'string',
    );
  });

  it('with long lists are checked for duplicates without comparing each pair', () => {
    const unique = check({ properties: { l: { uniqueItems: true } } });
    const long = Array.from({ length: 300_000 }, (_, index) => [index]);
    expect(unique({ l: long })).toBeUndefined();
    expect(unique({ l: [...long, [7]] })).toContain('duplicate');
    expect(
      unique({
        l: [
          { a: 1, b: 2 },
          { b: 2, a: 1 },
        ],
      }),
    ).toContain('duplicate');
    expect(unique({ l: [1, '1', true, null, [1]] })).toBeUndefined();
    expect(check({ properties: { l: { uniqueItems: false } } })({ l: [1, 1] })).toBeUndefined();
  });

  it('of two servers may use the same $id for different schemas', () => {
    expect(
      check({ $id: 'https://example.com/x', type: 'object', required: ['a'] })({ a: 1 }),
    ).toBeUndefined();
    expect(check({ $id: 'https://example.com/x', type: 'object', required: ['b'] })({ a: 1 })).toContain(
      "'b'",
    );
  });
});

describe('the arguments of a prompt', () => {
  const fits = compileArguments(prompt, { arguments: [{ name: 'topic', required: true }, { name: 'tone' }] });

  it.each([
    [{}, '`topic` is missing'],
    [{ topic: 'a', other: 'b' }, '`other` is unknown'],
    [{ topic: 1 }, '`topic` is not a string'],
  ])('refuse %j', (args, part) => expect(fits(args)).toContain(part));

  it('pass when they fit', () => expect(fits({ topic: 'a' })).toBeUndefined());
});
