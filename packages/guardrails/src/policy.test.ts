import { type ResourceValidationArgs, type StackValidationArgs, unknownCheckingProxy } from '@pulumi/policy';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { allGuardrails } from './guardrails/all.ts';
import { guardrails } from './index.ts';
import type { KubernetesObject } from './kubernetes/object.ts';
import { changed, world } from './world.fixture.ts';

/** How the engine marks a text that a preview can't know. */
const unknownText = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

const props = ({ fields }: KubernetesObject) => unknownCheckingProxy(fields);
const typeOf = ({ urn }: KubernetesObject) => urn.split('::')[2] as string;

/** What a policy reports when the engine hands it these objects. */
function reported(
  name: string,
  objects: readonly KubernetesObject[],
  config: object = {},
): [string, string?][] {
  const policy = guardrails.find((one) => one.name === name);
  const found: [string, string?][] = [];
  const report = (message: string, urn?: string) =>
    void found.push(urn === undefined ? [message] : [message, urn]);
  const resources = objects.map((one) => ({ type: typeOf(one), urn: one.urn, props: props(one) }));
  if (policy !== undefined && 'validateStack' in policy) {
    policy.validateStack({ resources, getConfig: () => config } as unknown as StackValidationArgs, report);
  } else if (policy !== undefined && typeof policy.validateResource === 'function') {
    for (const one of resources) policy.validateResource(one as unknown as ResourceValidationArgs, report);
  }
  return found;
}

it('has a policy for each guardrail, with a sentence that says what it demands', () => {
  expect(guardrails.map(({ name }) => name)).toEqual(allGuardrails.map(({ name }) => name));
  for (const { name, description } of guardrails) {
    expect(name).toMatch(/^[a-z-]+$/);
    expect(description).toMatch(/^[A-Z].*\.$/);
  }
});

it('reports what an object breaks, on that object', () => {
  const tagged = changed(world(), 'Deployment mcp/mcp-files', ({ spec }) => {
    spec.template.spec.containers[0].image = 'example/files:1';
  });
  expect(reported('images-by-digest', tagged)).toEqual([
    [expect.stringContaining('is "example/files:1", which has no digest')],
  ]);
  const open = changed(world(), 'Service mcp/mcp-files', ({ spec }) => {
    spec.type = 'NodePort';
  });
  expect(reported('servers-behind-gateway', open)).toEqual([
    [expect.stringContaining('spec.type is NodePort'), expect.stringMatching(/Service::mcp-files$/)],
  ]);
});

it('hands a guardrail what is configured', () => {
  const objects = world({ rules: [{ name: 'wipe', tools: 'files/wipe', decision: 'allow' }] });
  const name = 'no-allowed-destructive-tool-in-prod';
  expect(reported(name, objects)).toHaveLength(1);
  expect(reported(name, objects, { tools: ['files/wipe'] })).toEqual([]);
});

it('judges the rest of an object when a preview knows only part of it', () => {
  const objects = changed(world(), 'Deployment mcp/mcp-files', ({ metadata, spec }) => {
    metadata.namespace = unknownText;
    spec.template.metadata.labels['lockstep.dev/owner'] = unknownText;
    spec.template.spec.containers.unshift({ image: unknownText }, { image: 'example/files:1' });
  });
  expect(reported('images-by-digest', objects)).toEqual([
    [expect.stringMatching(/^Deployment mcp-files: spec\.template\.spec\.containers\[1\]\.image is/)],
  ]);
  for (const { name } of allGuardrails.slice(1)) expect(reported(name, objects)).toEqual([]);
});

it('leaves resources of other providers alone', () => {
  const bucket = { urn: 'urn:pulumi:a::b::aws:s3/bucket:Bucket::c', kind: '', fields: { bucket: 'c' } };
  for (const { name } of allGuardrails) expect(reported(name, [bucket])).toEqual([]);
});

it('judges objects of any form without an error', () => {
  const types = new Set(world().map(typeOf));
  const labels = { 'app.kubernetes.io/part-of': 'lockstep', 'app.kubernetes.io/component': 'gateway' };
  const odd = fc.jsonValue({ maxDepth: 4 });
  const spec = fc.oneof(odd, fc.record({ template: odd, selector: odd, ingress: odd, egress: odd }));
  const data = fc.oneof(odd, fc.record({ '_gateway.json': odd, '_deployment.json': odd, 'a.b': odd }));
  fc.assert(
    fc.property(fc.constantFrom(...types), spec, data, (type, spec, data) => {
      const one = {
        urn: `urn:pulumi:a::b::${type}::c`,
        kind: '',
        fields: { metadata: { labels }, spec, data },
      };
      for (const { name } of allGuardrails) reported(name, [one, ...world()]);
    }),
    { numRuns: 60 },
  );
});
