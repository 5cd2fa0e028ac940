import { describe, expect, it } from 'vitest';
import { readMessage } from './json-rpc.ts';

describe('readMessage', () => {
  it.each([
    [[], 'array'],
    ['text', 'not a JSON-RPC'],
    [{ jsonrpc: '2.0', id: 1, result: {} }, 'answer'],
    [{ jsonrpc: '2.0', id: 1, method: 'a', extra: 1 }, 'unknown member'],
    [{ jsonrpc: '2.0', id: 1 }, '`method`'],
    [{ jsonrpc: '2.0', id: 1, method: 'a', params: [] }, '`params`'],
    [{ jsonrpc: '2.0', id: null, method: 'a' }, '`id`'],
    [{ jsonrpc: '2.0', id: 1.5, method: 'a' }, '`id`'],
  ])('refuses %j', (value, part) => {
    expect(readMessage(value)).toContain(part);
  });

  it('reads requests and notifications', () => {
    expect(readMessage({ jsonrpc: '2.0', id: 'x', method: 'a' })).toEqual({
      id: 'x',
      method: 'a',
      params: {},
    });
    expect(readMessage({ jsonrpc: '2.0', method: 'a', params: { b: 1 } })).toEqual({
      id: undefined,
      method: 'a',
      params: { b: 1 },
    });
  });
});
