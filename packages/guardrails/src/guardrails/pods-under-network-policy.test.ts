import { expect, it } from 'vitest';
import { notYetKnown } from '../kubernetes/field.ts';
import { changed, messages, world } from '../world.fixture.ts';
import { podsUnderNetworkPolicy } from './pods-under-network-policy.ts';

const both =
  'no NetworkPolicy of this program limits what comes into or what leaves its pods; add one whose podSelector selects them and whose policyTypes name Ingress and Egress.';

it('is content where a policy selects the pods', () => {
  expect(messages(podsUnderNetworkPolicy, world())).toEqual([]);
});

it.each(['mcp-files', 'lockstep-gateway'])('refuses %s without a policy', (name) => {
  const objects = world().filter(
    ({ kind, urn }) => kind !== 'networking.k8s.io/NetworkPolicy' || !urn.endsWith(`::${name}`),
  );
  expect(messages(podsUnderNetworkPolicy, objects)).toEqual([`Deployment mcp/${name}: ${both}`]);
});

// biome-ignore lint/suspicious/noExplicitAny: objects of many kinds
const withPolicy = (change: (fields: any) => void) =>
  messages(podsUnderNetworkPolicy, changed(world(), 'NetworkPolicy mcp/mcp-files', change));

const others = { matchExpressions: [{ key: 'lockstep.dev/server', operator: 'NotIn', values: ['files'] }] };

it.each([
  ['in another namespace', { metadata: { name: 'mcp-files', namespace: 'shop' } }],
  ['for other pods', { spec: { podSelector: others, policyTypes: ['Ingress', 'Egress'] } }],
])('counts no policy %s', (_, other) => {
  expect(withPolicy((fields) => void Object.assign(fields, other))).toEqual([
    `Deployment mcp/mcp-files: ${both}`,
  ]);
});

it('wants both directions limited', () => {
  const found = withPolicy(({ spec }) => {
    spec.policyTypes = ['Ingress'];
  });
  expect(found).toEqual([
    'Deployment mcp/mcp-files: no NetworkPolicy of this program limits what leaves its pods; add one whose podSelector selects them and whose policyTypes name Egress.',
  ]);
});

it('counts a policy that selects everything, and one whose namespace only the deployment will know', () => {
  expect(
    withPolicy((fields) => {
      fields.metadata.namespace = notYetKnown;
      fields.spec.podSelector = {};
      fields.spec.policyTypes = undefined;
    }),
  ).toEqual([]);
});

it("refuses the node's network, where no policy applies", () => {
  const objects = changed(world(), 'Deployment mcp/mcp-files', ({ spec }) => {
    spec.template.spec.hostNetwork = true;
  });
  expect(messages(podsUnderNetworkPolicy, objects)).toEqual([
    "Deployment mcp/mcp-files: spec.template.spec.hostNetwork puts its pods into the node's network, where no network policy applies; remove it.",
  ]);
});
