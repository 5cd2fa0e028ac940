import { expect, it } from 'vitest';
import { fieldAt, notYetKnown } from '../kubernetes/field.ts';
import { changed, image, messages, object, world } from '../world.fixture.ts';
import { imagesByDigest } from './images-by-digest.ts';

const server = 'Deployment mcp/mcp-files';
// biome-ignore lint/suspicious/noExplicitAny: objects of many kinds
const withPod = (change: (spec: any) => void) =>
  messages(
    imagesByDigest,
    changed(world(), server, (fields) => change(fields.spec.template.spec)),
  );

it('is content with digests, and leaves pods of others alone', () => {
  const template = {
    metadata: { labels: { app: 'shop' } },
    spec: { containers: [{ image: 'shop:latest' }] },
  };
  const shop = object('apps/v1:Deployment', { metadata: { name: 'shop' }, spec: { template } });
  expect(messages(imagesByDigest, [...world(), shop])).toEqual([]);
});

it.each([
  [
    'a tag',
    'example/files:1.2',
    'is "example/files:1.2", which has no digest; write it as registry/name@sha256:….',
  ],
  ['nothing', undefined, 'is missing; name an image as registry/name@sha256:….'],
  [
    'a digest of zeros',
    `example/files@sha256:${'0'.repeat(64)}`,
    `is example/files@sha256:${'0'.repeat(64)}, whose digest of zeros says that it was never pushed; build and push it, then give its real digest.`,
  ],
])('refuses %s', (_, reference, message) => {
  const found = withPod((spec) => {
    spec.containers[0].image = reference;
  });
  expect(found).toEqual([`${server}: spec.template.spec.containers[0].image ${message}`]);
});

it('sees containers that start first, containers beside, and images as volumes', () => {
  const found = withPod((spec) => {
    spec.initContainers = [{ image }, { image: 'example/warm' }];
    spec.containers.push({ image: 'example/proxy:1' });
    spec.volumes = [{ image: { reference: 'example/data:1' } }];
  });
  expect(found.map((message) => message.split(' ')[2])).toEqual([
    'spec.template.spec.initContainers[1].image',
    'spec.template.spec.containers[1].image',
    'spec.template.spec.volumes[0].image.reference',
  ]);
});

it('sees every kind of workload', () => {
  const metadata = fieldAt(world()[0]?.fields, 'metadata') as { name: string };
  const tagged = { metadata, spec: { containers: [{ image: 'example/files:1' }] } };
  const all = [
    ...['StatefulSet', 'DaemonSet', 'ReplicaSet'].map((kind) =>
      object(`apps/v1:${kind}`, { metadata: { name: kind }, spec: { template: tagged } }),
    ),
    object('batch/v1:Job', { metadata: { name: 'job' }, spec: { template: tagged } }),
    object('batch/v1:CronJob', {
      metadata: { name: 'cron' },
      spec: { jobTemplate: { spec: { template: tagged } } },
    }),
    object('core/v1:Pod', tagged),
  ];
  expect(messages(imagesByDigest, all)).toHaveLength(all.length);
});

it('waits for an image that only the deployment will know', () => {
  const found = withPod((spec) => {
    spec.containers[0].image = notYetKnown;
  });
  expect(found).toEqual([]);
});
