import { makeBundle, volumeFiles } from '@lockstep/model/internal';
import { expect, it } from 'vitest';
import { environments } from '../../examples/inputs/environments.ts';
import { run } from './record.ts';

const { made } = await run('mcp-inputs', () => import('../../examples/inputs/index.ts'), 'unknown');

it('shows every object in a preview that knows no value of another resource', () => {
  const objects = made
    .filter(({ type }) => type.startsWith('kubernetes:') || type.startsWith('vault:'))
    .map(({ type, name }) => `${type.split(':').at(-1)} ${name}`);
  expect(objects).toEqual(
    expect.arrayContaining([
      'Namespace team',
      'NetworkPolicy shop-gateway-network',
      'CiliumNetworkPolicy shop-gateway-hosts',
      'PersistentVolumeClaim shop-gateway-state',
      'ServiceAccount shop-gateway-account',
      'Service shop-gateway-service',
      'Deployment shop-gateway-workload',
      'Ingress shop-gateway-ingress',
      'NetworkPolicy shop.orders-network',
      'Deployment shop.orders-workload',
      'Policy shop-secrets.orders-pod',
      'AuthBackendRole shop-secrets.orders-pod',
      'VaultConnection shop-secrets-connection',
      'VaultAuth shop-secrets.orders-auth',
      expect.stringMatching(/^VaultStaticSecret shop-secrets-mcp-orders-/),
      'PodMonitor shop-monitoring-monitor',
    ]),
  );
});

it('shows the whole bundle in that preview', () => {
  const { data } = made.find(({ name }) => name === 'shop-gateway-config')?.inputs ?? {};
  const { files } = makeBundle(environments.prod);
  expect(data[volumeFiles.config]).toBe(files.get('gateway.json'));
});
