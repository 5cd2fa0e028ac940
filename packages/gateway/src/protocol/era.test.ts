import { describe, expect, it } from 'vitest';
import { classify, metaKey, modernVersion } from './era.ts';
import type { Message } from './json-rpc.ts';

const envelope = { [metaKey.version]: modernVersion, [metaKey.clientCapabilities]: {} };
const call: Message = { id: 1, method: 'tools/call', params: { name: 'a', _meta: envelope } };
const headers = { 'mcp-protocol-version': modernVersion, 'mcp-method': 'tools/call', 'mcp-name': 'a' };

describe('classify', () => {
  it('reads a request with an envelope and matching headers as modern', () => {
    expect(classify(call, headers)).toBe('modern');
  });

  it('reads a request without an envelope as legacy', () => {
    expect(
      classify(
        { id: 1, method: 'tools/call', params: { name: 'a' } },
        { 'mcp-protocol-version': '2025-11-25' },
      ),
    ).toBe('legacy');
  });

  it('reads the era of a notification from its header', () => {
    const notification = { id: undefined, method: 'notifications/cancelled', params: {} };
    expect(classify(notification, { 'mcp-protocol-version': modernVersion })).toBe('modern');
    expect(classify(notification, {})).toBe('legacy');
  });

  it.each([
    ['no version header', { ...headers, 'mcp-protocol-version': undefined }],
    ['another version header', { ...headers, 'mcp-protocol-version': '2025-11-25' }],
    ['no method header', { ...headers, 'mcp-method': undefined }],
    ['another method header', { ...headers, 'mcp-method': 'tools/list' }],
    ['no name header', { ...headers, 'mcp-name': undefined }],
    ['another name header', { ...headers, 'mcp-name': 'b' }],
    ['a name header that is not base64', { ...headers, 'mcp-name': '=?base64?%%?=' }],
  ])('refuses %s on a modern request', (_name, given) => {
    expect(classify(call, given)).toMatchObject({ status: 400, error: { code: -32020 } });
  });

  it('reads an encoded name', () => {
    const named = { ...call, params: { ...call.params, name: 'größe' } };
    const encoded = `=?base64?${Buffer.from('größe').toString('base64')}?=`;
    expect(classify(named, { ...headers, 'mcp-name': encoded })).toBe('modern');
  });

  it('refuses a version that it does not serve, and lists those that it serves', () => {
    const other = {
      ...call,
      params: { ...call.params, _meta: { ...envelope, [metaKey.version]: '2030-01-01' } },
    };
    expect(classify(other, headers)).toMatchObject({
      error: { code: -32022, data: { supported: [modernVersion, '2025-11-25', '2025-06-18'] } },
    });
  });

  it('refuses a modern header without an envelope instead of reading it as legacy', () => {
    expect(classify({ id: 1, method: 'tools/call', params: { name: 'a' } }, headers)).toMatchObject({
      status: 400,
      error: { code: -32602 },
    });
  });
});
