import { describe, expect, it } from 'vitest';
import { allowedHosts, refuseHost } from './host-guard.ts';

describe('refuseHost', () => {
  const allowed = allowedHosts(7411, ['mcp.example.com', 'gw.internal:8443']);

  it.each([
    'localhost:7411',
    'LOCALHOST:7411',
    '127.0.0.1:7411',
    '[::1]:7411',
    'mcp.example.com',
    'mcp.example.com:443',
    'gw.internal:8443',
  ])('answers to %s', (host) => {
    expect(refuseHost({ host }, allowed)).toBeUndefined();
  });

  it.each([
    'evil.example:7411',
    'localhost:7412',
    'localhost',
    'localhost.evil.example:7411',
    'localhost:7411@evil.example',
    'localhost:7411/x',
    'gw.internal',
    'gw.internal:8444',
    '127.0.0.1.nip.io:7411',
    '',
    'localhost:7411, evil.example',
  ])('refuses %j by name', (host) => {
    expect(refuseHost({ host }, allowed)).toContain(JSON.stringify(host));
  });

  it('refuses a request without a Host', () => {
    expect(refuseHost({}, allowed)).toMatch(/no Host header/);
  });

  it.each(['http://localhost:7411', 'https://mcp.example.com', 'http://[::1]:7411'])(
    'accepts the Origin %s',
    (origin) => {
      expect(refuseHost({ host: 'localhost:7411', origin }, allowed)).toBeUndefined();
    },
  );

  it.each(['null', 'http://evil.example', 'http://localhost:3000', 'file://', 'http://localhost:7411/x', ''])(
    'refuses the Origin %j',
    (origin) => {
      expect(refuseHost({ host: 'localhost:7411', origin }, allowed)).toContain(JSON.stringify(origin));
    },
  );

  it("accepts a Host without a port if the gateway has the scheme's own port", () => {
    expect(refuseHost({ host: 'localhost' }, allowedHosts(80))).toBeUndefined();
  });

  it('accepts an IPv6 address as people write it', () => {
    expect(refuseHost({ host: '[2001:db8::1]:7411' }, allowedHosts(7411, ['2001:db8::1']))).toBeUndefined();
  });

  it("names a configured host that isn't valid", () => {
    expect(() => allowedHosts(7411, ['https://mcp.example.com/'])).toThrow(
      "`https://mcp.example.com/` isn't a host",
    );
  });
});
