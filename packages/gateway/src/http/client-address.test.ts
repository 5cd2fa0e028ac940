import { expect, test } from 'vitest';
import { clientAddress } from './listen.ts';

test.each([
  ['127.0.0.1', [], 'http://127.0.0.1:7411'],
  ['2001:db8::1', [], 'http://[2001:db8::1]:7411'],
  ['192.0.2.10', ['mcp.example.com'], 'http://192.0.2.10:7411'],
  ['0.0.0.0', [], 'http://127.0.0.1:7411'],
  ['::', [], 'http://[::1]:7411'],
  ['0.0.0.0', ['mcp.example.com', 'other'], 'http://mcp.example.com:7411'],
  ['0.0.0.0', ['mcp.example.com:8080'], 'http://mcp.example.com:8080'],
  ['::', ['2001:db8::1'], 'http://[2001:db8::1]:7411'],
  ['::', ['[2001:db8::1]:8080'], 'http://[2001:db8::1]:8080'],
])('listening on %s with %j allowed, clients use %s', (host, allowed, address) => {
  expect(clientAddress(host, 7411, allowed)).toBe(address);
});
