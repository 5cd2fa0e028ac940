import { expect, it } from 'vitest';
import { named, run } from './record.ts';

const { exports, made } = await run('mcp-minimal', () => import('../../examples/minimal/index.ts'));

it('has one server that keeps data and installs its package, and its gateway', () => {
  expect(Object.keys(named(made, 'StatefulSet'))).toEqual(['mcp-memory']);
  expect(Object.keys(named(made, 'Deployment'))).toEqual(['lockstep-gateway']);
  const { initContainers, containers } = named(made, 'StatefulSet')['mcp-memory'].spec.template.spec;
  expect(initContainers[0].args).toEqual(['install', '--registry', 'https://registry.npmjs.org/']);
  expect(containers[0].args.slice(-2)).toEqual([
    'node',
    '/server/node_modules/@modelcontextprotocol/server-memory/dist/index.js',
  ]);
});

it('makes its namespace and its keys, and no Secret', () => {
  expect(Object.keys(named(made, 'Namespace'))).toEqual(['mcp-dev']);
  expect(Object.keys(named(made, 'Job'))).toEqual(['lockstep-gateway-keys']);
  expect(named(made, 'Secret')).toEqual({});
});

it('exports its address', () => {
  expect(exports.url).toBe('http://lockstep-gateway.mcp-dev.svc:7411/mcp');
  expect(exports.bundleDigest).toMatch(/^sha256:[0-9a-f]{64}$/);
});
