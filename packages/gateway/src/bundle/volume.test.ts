import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { loadBundle, volumeFiles } from '@lockstep/model/internal';
import {
  type DeployedWorld,
  deployedBundle,
  deployedFiles,
  deploymentOf,
  remoteUrl,
} from '@lockstep/testing/deployed';
import { temporaryFolder } from '@lockstep/testing/folder';
import { writeVolume } from '@lockstep/testing/kubelet-volume';
import { releaseOf } from '@lockstep/testing/release';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundleVolume } from './volume.ts';

const tools = ['peek', 'poke'].map((name) => ({
  name,
  description: `${name}s`,
  inputSchema: { type: 'object' },
}));
const release = { ...releaseOf({ tools }), source: { type: 'remote', url: remoteUrl } } as const;
const world: DeployedWorld = { releases: { files: release, docs: release } };

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

describe('a bundle in a volume', () => {
  it('is the packed bundle, with its deployment', async () => {
    await writeVolume(folder.path, deployedFiles(world));
    const { files, deployment } = await bundleVolume(folder.path).read();
    expect(loadBundle(files).digest).toBe(deployedBundle(world).digest);
    expect(deployment?.servers.docs).toEqual({ url: remoteUrl, bridge: false });
  });

  it('is read from one state of the volume, however often that changes', async () => {
    const source = bundleVolume(folder.path);
    await writeVolume(folder.path, deployedFiles(world));
    const before = await source.stamp();
    const reading = source.read();
    await writeVolume(folder.path, deployedFiles({ ...world, releases: { files: release } }));
    // The old state may vanish while it is read; then reading fails, and is repeated.
    const found = await reading.catch((error: Error) => error.message);
    if (typeof found === 'string') expect(found).toMatch(/isn't in .*; mount the ConfigMaps/);
    else expect(() => loadBundle(found.files)).not.toThrow();
    expect(await source.stamp()).not.toBe(before);
    expect(Object.keys(loadBundle((await source.read()).files).releases)).toEqual(['files']);
  });

  it("leaves out links that the kubelet hasn't removed yet", async () => {
    await writeVolume(folder.path, deployedFiles(world));
    await symlink(join('..data', 'gone.peek'), join(folder.path, 'gone.peek'));
    const { files } = await bundleVolume(folder.path).read();
    expect(loadBundle(files).digest).toBe(deployedBundle(world).digest);
  });

  it('has another stamp if only the deployment changes', async () => {
    const source = bundleVolume(folder.path);
    await writeVolume(folder.path, deployedFiles(world));
    const before = await source.stamp();
    const deployment = deploymentOf(world.releases, 'http://127.0.0.1:2/mcp');
    await writeVolume(folder.path, deployedFiles({ ...world, deployment }));
    expect(await source.stamp()).not.toBe(before);
  });

  it.each([
    [
      'no config',
      volumeFiles.config,
      undefined,
      /^_gateway\.json isn't in \S+; mount the ConfigMaps of the bundle there\.$/,
    ],
    ['no deployment', volumeFiles.deployment, undefined, /^_deployment\.json isn't in /],
    [
      'a broken deployment',
      volumeFiles.deployment,
      '{',
      /^_deployment\.json: isn't JSON; deploy the bundle again\.$/,
    ],
    [
      'a strange deployment',
      volumeFiles.deployment,
      '{"deploymentVersion":2,"servers":{}}',
      /^deployment\.deploymentVersion: /,
    ],
  ])('says what is wrong: %s', async (_what, name, text, sentence) => {
    const files = deployedFiles(world);
    if (text === undefined) files.delete(name);
    else files.set(name, Buffer.from(text));
    await writeVolume(folder.path, files);
    await expect(bundleVolume(folder.path).read()).rejects.toThrow(sentence);
  });

  it('names a volume that is missing', async () => {
    await expect(bundleVolume(join(folder.path, 'none')).read()).rejects.toThrow(
      /_gateway\.json isn't in \S+none;/,
    );
  });
});
