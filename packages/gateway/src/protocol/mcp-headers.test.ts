import { releaseOf } from '@lockstep/testing/release';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { declaredParamHeaders, decodeHeaderValue, encodeHeaderValue, paramHeaders } from './mcp-headers.ts';

const inputSchema = {
  type: 'object',
  properties: {
    region: { type: 'string', 'x-mcp-header': 'Region' },
    nested: { type: 'object', properties: { dry: { type: 'boolean', 'x-mcp-header': 'Dry-Run' } } },
    list: { type: 'array', items: { type: 'string', 'x-mcp-header': 'Item' } },
    odd: { type: 'string', 'x-mcp-header': 'not a token' },
    object: { type: 'object', 'x-mcp-header': 'Object' },
  },
};
const release = releaseOf({
  tools: [
    { name: 'run', inputSchema },
    { name: 'plain', inputSchema: {} },
  ],
});
const declarations = declaredParamHeaders(release).get('run') ?? [];

describe('arguments in headers', () => {
  it('are those that the locked schema names, if only properties lead to them', () => {
    expect(declarations.map(({ header }) => header)).toEqual(['Mcp-Param-Region', 'Mcp-Param-Dry-Run']);
    expect(declaredParamHeaders(release).has('plain')).toBe(false);
  });

  it('are left out if they are absent, null or not a primitive', () => {
    expect(paramHeaders(declarations, { region: null, nested: 'x' })).toEqual([]);
    expect(paramHeaders(declarations, { region: ['eu'], nested: { dry: true } })).toEqual([
      'Mcp-Param-Dry-Run',
      'true',
    ]);
    expect(paramHeaders(declarations, undefined)).toEqual([]);
  });

  it('survive any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (region) => {
        const [, value = ''] = paramHeaders(declarations, { region });
        expect(value).toMatch(/^[\x20-\x7e]*$/);
        expect(decodeHeaderValue(value)).toBe(Buffer.from(region).toString());
      }),
    );
  });
});

describe('header values', () => {
  it('survive encoding, whatever they contain', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const header = encodeHeaderValue(text);
        expect(header).toMatch(/^[\x20-\x7e]*$/);
        expect(decodeHeaderValue(header)).toBe(text);
      }),
    );
  });
});
