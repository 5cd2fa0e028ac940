import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { filesOf, printObject } from './yaml.ts';

const object = (apiVersion: string, kind: string, name: string, namespace?: string) => ({
  apiVersion,
  kind,
  metadata: { name, ...(namespace !== undefined && { namespace }) },
});

test('prints the same bytes whatever the order of the fields, and quotes what older YAML reads otherwise', () => {
  const data = { b: 'yes', a: 'on', c: '0123', d: '1_000', e: '12:30', f: 'text: with\nlines \n', g: '' };
  const one = printObject({ data, ...object('v1', 'ConfigMap', 'c', 'shop') });
  const other = printObject({
    kind: 'ConfigMap',
    metadata: { namespace: 'shop', name: 'c' },
    apiVersion: 'v1',
    data: Object.fromEntries(Object.entries(data).reverse()),
  });
  expect(other).toBe(one);
  expect(
    one.startsWith('apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n  namespace: shop\ndata:\n'),
  ).toBe(true);
  expect(parse(one, { version: '1.1' }).data).toEqual(data);
  expect(parse(one).data).toEqual(data);
});

test('names files by place, kind and name, and says more only where that leaves a doubt', () => {
  const files = filesOf([
    object('example.com/v1', 'Widget', 'w', 'a'),
    object('apps/v1', 'Deployment', 'same', 'a'),
    object('apps/v1', 'Deployment', 'same', 'b'),
    object('networking.k8s.io/v1', 'NetworkPolicy', 'p', 'a'),
    object('crd.example.com/v1', 'NetworkPolicy', 'p', 'a'),
    object('rbac.authorization.k8s.io/v1', 'ClusterRole', 'system:Reader'),
    object('v1', 'ConfigMap', 'x'.repeat(253), 'a'),
    object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'widgets.example.com'),
  ]);
  const names = [...files.keys()];
  expect(names).toEqual(names.toSorted());
  expect(names).toEqual([
    '05-customresourcedefinition-widgets.example.com.yaml',
    '20-clusterrole-system-reader.yaml',
    expect.stringMatching(/^30-configmap-x{100,}\.[0-9a-f]{12}\.yaml$/),
    '45-networkpolicy-p.yaml',
    '50-deployment-same.a.yaml',
    '50-deployment-same.b.yaml',
    '90-networkpolicy-p.yaml',
    '90-widget-w.yaml',
  ]);
});
