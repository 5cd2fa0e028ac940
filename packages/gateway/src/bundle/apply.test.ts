import { loadBundle, parseDeployment } from '@lockstep/model/internal';
import { deployedBundle, deploymentOf, remoteUrl } from '@lockstep/testing/deployed';
import { releaseOf } from '@lockstep/testing/release';
import { expect, test } from 'vitest';
import { makePolicy, type Policy } from '../policy/policy.ts';
import { applyBundle, type BundleTarget } from './apply.ts';

const release = { ...releaseOf({ tools: [] }), source: { type: 'remote', url: remoteUrl } } as const;
const bundle = loadBundle(deployedBundle({ releases: { files: release } }).files);
const deployment = parseDeployment(deploymentOf({ files: release }));

/** Applies a bundle and returns what was done, in order. */
async function take(upstreamServers: BundleTarget['upstreamServers']): Promise<string[]> {
  const done: string[] = [];
  const say = (what: string) => async () => void done.push(what);
  const context = {
    policy: () => makePolicy(bundle) as Policy,
    store: {
      append: async ({ detail }: { detail: { deployment: string } }) =>
        void done.push(`recorded ${detail.deployment.slice(0, 6)}`),
      transact: say('voided'),
    },
    upstreams: { update: say('moved') },
    metrics: { bundle: () => {} },
    streams: { refresh: () => {} },
    log: { info: () => {} },
  } as unknown as BundleTarget['context'];
  await applyBundle(
    { bundle, deployment },
    {
      context,
      enforce: () => void done.push('enforced'),
      relocate: () => void done.push('told'),
      upstreamServers,
    },
  ).catch(({ message }: Error) => done.push(message));
  return done;
}

test('listeners learn of the deployment once it is recorded, before a server moves', async () => {
  expect(await take(async () => [])).toEqual(['recorded sha256', 'told', 'moved', 'enforced', 'voided']);
});

test("a deployment that can't be used changes nothing", async () => {
  const refused = await take(async () => {
    throw new Error('no place for files');
  });
  expect(refused).toEqual(['no place for files']);
});
