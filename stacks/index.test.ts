import { makeBundle } from '@lockstep/model';
import { runtime } from '@pulumi/pulumi';
import { expect, it } from 'vitest';
import { environments } from './environments.ts';

it('tells what the gateway of the selected stack is given', async () => {
  await runtime.setMocks(
    { newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: ({ inputs }) => inputs },
    'lockstep',
    'prod',
    true,
  );
  const { bundleDigest, permissions } = await import('./index.ts');
  await runtime.disconnect();
  expect(bundleDigest).toBe(makeBundle(environments.prod).digest);
  expect(permissions[0]).toBe('# lockstep permission table 1: prod');
  expect(permissions).toContainEqual(
    expect.stringMatching(/^git\/git_push .*approve by 2 of release-manager/),
  );
});
