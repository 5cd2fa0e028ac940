import { expect, test } from 'vitest';
import { parseSecretReference, secret, secretSources } from './secret.ts';
import { defineServers } from './server.ts';
import { findingsOf } from './world.fixture.ts';

test('a reference names a path and a field, and its file and variable on a laptop', () => {
  expect(parseSecretReference('mcp/git-hub#api.token')).toEqual({ path: 'mcp/git-hub', field: 'api.token' });
  expect(secretSources('mcp/git-hub#api.token')).toEqual({
    file: 'mcp/git-hub/api.token',
    variable: 'LOCKSTEP_SECRET_MCP_GIT_HUB_API_TOKEN',
  });
});

test("the error names deliveries that can't reach the server, and invalid names", () => {
  const env = secret('mcp/a#b', { delivery: 'env' });
  const header = secret('mcp/a#b', { delivery: 'header' });
  const given = {
    a: { run: { npm: 'x' }, secrets: { Authorization: header } },
    b: { remote: { url: 'https://b.example' }, secrets: { TOKEN: env } },
    c: {
      remote: { url: 'https://c.example' },
      secrets: { 'Mcp-Name': header, 'X-A': header, 'x-a': header },
    },
    d: { run: { npm: 'x' }, secrets: { 'A-B': env } },
    e: { run: { npm: 'x' }, secrets: { A: secret('token', { delivery: 'env' }) } },
    f: { run: { npm: 'x' }, secrets: { A: secret('mcp/a#b', { delivery: 'env', template: '${secret}' }) } },
    g: { remote: { url: 'https://g.example' }, secrets: { A: { ...header, template: 'Bearer' } } },
  };
  expect(findingsOf(() => defineServers(given))).toEqual([
    "servers.a.secrets.Authorization.delivery: `header` doesn't reach this server; use `env` or `file`.",
    "servers.b.secrets.TOKEN.delivery: `env` doesn't reach this server; use `header`.",
    'servers.c.secrets.Mcp-Name: the gateway makes this header; choose another.',
    'servers.c.secrets.x-a: another entry names this header, in different case; remove one.',
    'servers.d.secrets.A-B: its name must be the name of an environment variable.',
    'servers.e.secrets.A.reference: must be `mount/path#field`, as in `mcp/github#token`.',
    'servers.f.secrets.A.template: is for headers only; remove it.',
    'servers.g.secrets.A.template: must contain `${secret}`.',
  ]);
});
