import { expect, it } from 'vitest';
import { named, run } from './record.ts';

const { exports, made } = await run(
  'mcp-existing-infra',
  () => import('../../examples/existing-infra/index.ts'),
  {
    kubeconfig: '{}',
    vaultAddress: 'https://vault.example.com',
    storageClass: 'gp3',
    ordersRoleArn: 'arn:aws:iam::123456789012:role/orders',
  },
);

it('adds one server to a namespace that exists', () => {
  expect(made.filter(({ type }) => type.endsWith(':Namespace'))).toEqual([]);
  expect(Object.keys(named(made, 'Deployment')).toSorted()).toEqual(['lockstep-gateway', 'mcp-orders']);
  expect(exports.url).toBe('https://mcp.shop.example.com/mcp');
});

it('uses the outputs of the other stack', () => {
  const { annotations } = named(made, 'ServiceAccount')['mcp-orders'].metadata;
  expect(annotations).toEqual({ 'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/orders' });
  const [claim] = Object.values(named(made, 'PersistentVolumeClaim'));
  expect(claim.spec.storageClassName).toBe('gp3');
});

it('lets the server reach its database and one path of Vault', () => {
  const { egress } = named(made, 'NetworkPolicy')['mcp-orders'].spec;
  expect(egress.slice(1)).toEqual([
    { to: [{ ipBlock: { cidr: '10.20.0.0/16' } }], ports: [{ port: 5432, protocol: 'TCP' }] },
  ]);
  const policies = made.filter(({ type }) => type.endsWith(':Policy'));
  expect(policies.map(({ inputs }) => inputs.policy)).toEqual([
    expect.stringContaining('shop/data/orders/mcp'),
  ]);
});
