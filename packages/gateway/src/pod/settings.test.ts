import { dirname } from 'node:path';
import { podFolders, podPorts } from '@lockstep/model/internal';
import { expect, test } from 'vitest';
import { readSettings } from './settings.ts';

test('without arguments, everything is in the folders that the components use', () => {
  expect(readSettings([], {})).toEqual({
    bundle: '/etc/lockstep/bundle',
    keys: '/etc/lockstep/keys',
    tokens: '/etc/lockstep/tokens/tokens.json',
    vaultToken: '/var/run/secrets/lockstep/vault/token',
    state: '/var/lib/lockstep',
    host: '0.0.0.0',
    port: 7411,
    metricsPort: 9464,
    allowedHosts: [],
    publicUrl: undefined,
    logLevel: 'info',
  });
});

test('the gateway reads the folders that the components mount', () => {
  const { bundle, keys, tokens, vaultToken, state, port, metricsPort } = readSettings([], {});
  expect({ http: port, metrics: metricsPort }).toEqual({ http: podPorts.gateway, metrics: podPorts.metrics });
  expect({ bundle, keys, tokens: dirname(tokens), vaultToken: dirname(vaultToken), state }).toEqual({
    bundle: podFolders.bundle,
    keys: podFolders.keys,
    tokens: podFolders.tokens,
    vaultToken: podFolders.vaultToken,
    state: podFolders.state,
  });
});

test('arguments and environment variables override the defaults', () => {
  const hosts = 'https://mcp.example.com/, lockstep-gateway.mcp.svc:7411,,10.0.0.7';
  const env = { LOCKSTEP_ALLOWED_HOSTS: hosts, LOCKSTEP_LOG_LEVEL: 'debug' };
  expect(readSettings(['--port', '0', '--metrics-port=9', '--state', 'here'], env)).toMatchObject({
    port: 0,
    metricsPort: 9,
    state: 'here',
    allowedHosts: ['mcp.example.com', 'lockstep-gateway.mcp.svc:7411', '10.0.0.7'],
    publicUrl: 'https://mcp.example.com',
    logLevel: 'debug',
  });
});

test.each([
  [['--prot', '1'], {}, "serve: Unknown option '--prot'; leave it out."],
  [['extra'], {}, "serve: Unexpected argument 'extra'; leave it out."],
  [['--port', '70000'], {}, '--port: is "70000"; give a port from 0 to 65535.'],
  [
    [],
    { LOCKSTEP_LOG_LEVEL: 'loud' },
    'LOCKSTEP_LOG_LEVEL: is "loud"; use one of debug, info, warn, error, silent.',
  ],
  [
    [],
    { LOCKSTEP_ALLOWED_HOSTS: 'a b' },
    "LOCKSTEP_ALLOWED_HOSTS: `a b` isn't a host; write it like `mcp.example.com` or `mcp.example.com:8443`.",
  ],
])('%j and %j are refused', (argv, env, sentence) => {
  expect(() => readSettings(argv, env as NodeJS.ProcessEnv)).toThrow(sentence);
});
