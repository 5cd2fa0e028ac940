import { output } from '@pulumi/pulumi';
import { expect, it } from 'vitest';
import { overridePodTemplate, type PodTemplate } from './pod-template.ts';

const selector = { app: 'files' };
const template: PodTemplate = {
  metadata: { labels: { ...selector, team: 'a' } },
  spec: {
    containers: [
      {
        name: 'server',
        image: 'x',
        env: [{ name: 'A', value: '1' }],
        args: ['one', 'two'],
        volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
        resources: { limits: { memory: '1Gi' } },
      },
    ],
    volumes: [{ name: 'tmp', emptyDir: {} }],
  },
};

const specOf = (overrides: Parameters<typeof overridePodTemplate>[1]) =>
  overridePodTemplate(template, overrides, selector).spec;

it('no overrides change nothing', () => {
  expect(overridePodTemplate(template, undefined, selector)).toBe(template);
});

it('lists are merged by name, mounts by path, and other lists are replaced', () => {
  const [server] = specOf({
    spec: {
      containers: [
        {
          name: 'server',
          env: [
            { name: 'A', value: '2' },
            { name: 'B', value: '3' },
          ],
          args: ['three'],
          volumeMounts: [{ name: 'tmp', mountPath: '/var/tmp' }],
        },
      ],
    },
  }).containers;
  expect(server).toMatchObject({
    image: 'x',
    env: [
      { name: 'A', value: '2' },
      { name: 'B', value: '3' },
    ],
    args: ['three'],
    volumeMounts: [
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'tmp', mountPath: '/var/tmp' },
    ],
    resources: { limits: { memory: '1Gi' } },
  });
});

it('an output is replaced as a whole, not merged', () => {
  const value = output('later');
  const { nodeSelector } = specOf({ spec: { nodeSelector: value as never } });
  expect(nodeSelector).toBe(value);
});

it('labels of the selector stay', () => {
  const { labels } = overridePodTemplate(
    template,
    { metadata: { labels: { app: 'x', team: 'b' } } },
    selector,
  ).metadata;
  expect(labels).toEqual({ app: 'files', team: 'b' });
});

it('an added container is restricted and limited, except where it says otherwise', () => {
  const { containers, initContainers } = specOf({
    spec: {
      containers: [
        { name: 'sidecar', image: 'y' },
        { name: 'other', image: 'z', securityContext: { readOnlyRootFilesystem: false } },
      ],
      initContainers: [{ name: 'first', image: 'i' }],
    },
  });
  const [, sidecar, other] = containers;
  expect(initContainers).toMatchObject([{ securityContext: sidecar?.securityContext }]);
  expect(sidecar).toMatchObject({
    resources: { requests: { cpu: '10m' }, limits: { memory: '128Mi' } },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  });
  expect(other?.securityContext).toEqual({ ...sidecar?.securityContext, readOnlyRootFilesystem: false });
});
