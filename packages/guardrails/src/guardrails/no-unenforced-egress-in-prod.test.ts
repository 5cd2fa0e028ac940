import { expect, it } from 'vitest';
import { notYetKnown } from '../kubernetes/field.ts';
import { changed, messages, world } from '../world.fixture.ts';
import { noUnenforcedEgressInProd } from './no-unenforced-egress-in-prod.ts';

const policy = 'NetworkPolicy mcp/mcp-files';
// biome-ignore lint/suspicious/noExplicitAny: objects of many kinds
const withPolicy = (change: (fields: any) => void, profile: 'staging' | 'prod' = 'prod') =>
  messages(noUnenforcedEgressInProd, changed(world({ profile }), policy, change));
// biome-ignore lint/suspicious/noExplicitAny: objects of many kinds
const annotate = ({ metadata }: any) => {
  metadata.annotations = { 'lockstep.dev/unenforced-egress': 'api.example.com:443' };
};

it('is content with named destinations', () => {
  expect(messages(noUnenforcedEgressInProd, world())).toEqual([]);
});

it('refuses hosts that nothing enforces, in prod', () => {
  expect(withPolicy(annotate)).toEqual([
    `${policy}: the annotation lockstep.dev/unenforced-egress says that nothing enforces api.example.com:443, so every public address is open; set \`network.hostNames\` to what enforces host names in this cluster, or \`network.apiServer\` to the API server's addresses.`,
  ]);
  expect(withPolicy(annotate, 'staging')).toEqual([]);
});

it('judges each environment of a program by its own profile', () => {
  const staging = changed(world({ profile: 'staging' }), policy, annotate).map((one) => {
    const fields = structuredClone(one.fields) as { metadata: { namespace: string } };
    fields.metadata.namespace = 'mcp-staging';
    return { ...one, fields };
  });
  expect(messages(noUnenforcedEgressInProd, [...world(), ...staging])).toEqual([]);
});

it.each([
  [{}, '[1] names no destination'],
  [{ to: [], ports: [{ port: 443 }] }, '[1] names no destination'],
  [
    { to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] } }] },
    '[1].to[0].ipBlock.cidr is 0.0.0.0/0',
  ],
  [{ to: [{ podSelector: {} }, { ipBlock: { cidr: '::/0' } }] }, '[1].to[1].ipBlock.cidr is ::/0'],
  [{ to: [{ ipBlock: { cidr: '128.0.0.0/1' } }] }, '[1].to[0].ipBlock.cidr is 128.0.0.0/1'],
  [{ to: [{ ipBlock: { cidr: '2000::/3' } }] }, '[1].to[0].ipBlock.cidr is 2000::/3'],
])('refuses %j', (rule, found) => {
  expect(withPolicy(({ spec }) => spec.egress.push(rule))).toEqual([
    `${policy}: spec.egress${found}, so its pods can reach every public address; name the destinations.`,
  ]);
});

it('is content with a range, and with destinations that only the deployment will know', () => {
  const rules = [{ to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }, { to: notYetKnown }, notYetKnown];
  expect(withPolicy(({ spec }) => spec.egress.push(...rules))).toEqual([]);
});
