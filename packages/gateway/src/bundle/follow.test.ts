import { loadBundle } from '@lockstep/model/internal';
import { type DeployedWorld, deployedFiles, deploymentOf, remoteUrl } from '@lockstep/testing/deployed';
import { temporaryFolder } from '@lockstep/testing/folder';
import { writeVolume } from '@lockstep/testing/kubelet-volume';
import { releaseOf } from '@lockstep/testing/release';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BundleSource } from './folder.ts';
import { type Follower, followBundle, type Offer, readOffer } from './follow.ts';
import { bundleVolume } from './volume.ts';

const release = {
  ...releaseOf({ tools: [{ name: 'peek', description: 'peeks', inputSchema: { type: 'object' } }] }),
  source: { type: 'remote', url: remoteUrl },
} as const;
const world: DeployedWorld = { releases: { files: release } };
const more: DeployedWorld = { releases: { files: release, docs: release } };

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let source: BundleSource;
let follower: Follower | undefined;
const taken: Offer[] = [];
const rejected: string[] = [];
const partial: string[] = [];

beforeEach(async () => {
  folder = await temporaryFolder();
  source = bundleVolume(folder.path);
  await writeVolume(folder.path, deployedFiles(world));
});
afterEach(async () => {
  follower?.stop();
  vi.useRealTimers();
  for (const list of [taken, rejected, partial]) list.length = 0;
  await folder[Symbol.asyncDispose]();
});

async function follow(
  take: (offer: Offer) => void = () => {},
  partsTimeoutSeconds = source.partsTimeoutSeconds,
): Promise<Follower> {
  const whole =
    partsTimeoutSeconds === source.partsTimeoutSeconds
      ? source
      : { ...source, ...(partsTimeoutSeconds !== undefined && { partsTimeoutSeconds }) };
  follower = followBundle(whole, await readOffer(source), {
    onChange: async (offer) => {
      take(offer);
      taken.push(offer);
    },
    onRejected: async (why) => void rejected.push(why),
    onPartial: (why) => void partial.push(why),
  });
  return follower;
}

/** The new bundle with the old tables, as the kubelet may deliver it a minute before the rest. */
function halfOf(next: DeployedWorld): Map<string, Uint8Array> {
  const files = deployedFiles(next);
  files.delete('docs.peek');
  return files;
}

describe('a bundle that is followed', () => {
  it('is applied when it changes, and only then', async () => {
    const { look } = await follow();
    await look();
    await writeVolume(folder.path, deployedFiles(world));
    await look();
    expect(taken).toEqual([]);
    await writeVolume(folder.path, deployedFiles(more));
    await look();
    await look();
    expect(taken.map(({ bundle }) => Object.keys(bundle.releases))).toEqual([['docs', 'files']]);
  });

  it('is applied when only its deployment changes', async () => {
    const { look } = await follow();
    const deployment = deploymentOf(world.releases, 'http://127.0.0.1:2/mcp');
    await writeVolume(folder.path, deployedFiles({ ...world, deployment }));
    await look();
    expect(taken).toHaveLength(1);
    expect(taken[0]?.deployment?.servers.files?.url).toBe('http://127.0.0.1:2/mcp');
    expect(taken[0]?.bundle.digest).toBe(loadBundle((await source.read()).files).digest);
  });

  it('may arrive in parts, and is applied once it is whole', async () => {
    const { look } = await follow();
    await writeVolume(folder.path, halfOf(more));
    await look();
    await look();
    expect(partial).toEqual([expect.stringContaining('table/docs.peek: is missing')]);
    await writeVolume(folder.path, deployedFiles(more));
    await look();
    expect(taken).toHaveLength(1);
    expect(rejected).toEqual([]);
  });

  it('is rejected, once, if it stays incomplete', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const { look } = await follow();
    await writeVolume(folder.path, halfOf(more));
    await look();
    vi.advanceTimersByTime(((source.partsTimeoutSeconds ?? 0) + 1) * 1000);
    await look();
    await look();
    expect(rejected).toEqual([expect.stringContaining('table/docs.peek: is missing')]);
    expect(taken).toEqual([]);
  });

  it("isn't read again and again while it doesn't change", async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const read = vi.spyOn(source, 'read');
    const { look } = await follow();
    await writeVolume(folder.path, halfOf(more));
    read.mockClear();
    for (let seconds = 0; seconds < 60; seconds += 1) {
      await look();
      vi.advanceTimersByTime(1000);
    }
    expect(read.mock.calls.length).toBeLessThan(10);
    await writeVolume(folder.path, deployedFiles(more));
    await look();
    expect(taken).toHaveLength(1);
  });

  it('is rejected at once if nothing can arrive later', async () => {
    const { look } = await follow(() => {}, 0);
    await writeVolume(folder.path, halfOf(more));
    await look();
    expect(partial).toEqual([]);
    expect(rejected).toHaveLength(1);
  });

  it("is rejected at once if it is whole but can't be put in force", async () => {
    const { look } = await follow(() => {
      throw new Error('no place for docs');
    });
    await writeVolume(folder.path, deployedFiles(more));
    await look();
    await look();
    expect(rejected).toEqual(['no place for docs']);
  });
});
