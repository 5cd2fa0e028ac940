import { dirname } from 'node:path';
import { defineEnvironments, defineServers } from '@lockstep/model';
import { loadBundle, podFolders, podPorts } from '@lockstep/model/internal';
import { temporaryFolder } from '@lockstep/testing/folder';
import { volumeFilesOf, writeVolume } from '@lockstep/testing/kubelet-volume';
import { releaseOf } from '@lockstep/testing/release';
import { expect, test } from 'vitest';
import { planBundle } from '../packages/components/src/gateway/bundle.ts';
import { parseBridgeArguments } from '../packages/gateway/src/bridge/bridge-arguments.ts';
import { bundleVolume } from '../packages/gateway/src/bundle/volume.ts';
import { readSettings } from '../packages/gateway/src/pod/settings.ts';

test('the gateway looks where the components mount', () => {
  const { bundle, keys, tokens, vaultToken, state, port, metricsPort } = readSettings([], {});
  expect({ http: port, metrics: metricsPort }).toEqual({ http: podPorts.gateway, metrics: podPorts.metrics });
  expect({ bundle, keys, tokens: dirname(tokens), vaultToken: dirname(vaultToken), state }).toEqual({
    bundle: podFolders.bundle,
    keys: podFolders.keys,
    tokens: podFolders.tokens,
    vaultToken: podFolders.vaultToken,
    state: podFolders.state,
  });
});

test('a bridge looks where the components mount', () => {
  const bridge = parseBridgeArguments(['--', 'server']);
  const { port, keyFile, stateDir: state, secretFiles } = bridge;
  expect({ port, key: dirname(keyFile), state, secretFiles }).toEqual({
    port: podPorts.bridge,
    key: podFolders.bridgeKey,
    state: podFolders.state,
    secretFiles: podFolders.secretFiles,
  });
});

test('the gateway reads the ConfigMaps that the components plan, byte by byte', async () => {
  await using folder = await temporaryFolder();
  const tool = { name: 'peek', description: 'Peeks – naïvely.', inputSchema: { type: 'object' } };
  const url = 'https://docs.example.com/mcp';
  const release = { ...releaseOf({ tools: [tool] }), source: { type: 'remote', url } };
  const { dev } = defineEnvironments({
    servers: defineServers({ docs: { remote: { url } } }),
    lock: { lockVersion: 1, servers: { docs: { releases: { '1': release } } } },
    environments: { dev: { profile: 'dev', releases: { docs: '1' } } },
  });
  if (dev === undefined) throw new Error('no environment');
  const { configMaps, digest } = planBundle('gateway', dev, { docs: { url, bridge: false } }, {});
  const data = configMaps.map((map) => map.data ?? {});
  const binary = configMaps.map((map) => map.binaryData ?? {});
  await writeVolume(folder.path, volumeFilesOf(data, binary));
  const { files, deployment } = await bundleVolume(folder.path).read();
  expect(loadBundle(files).digest).toBe(digest);
  expect(deployment?.servers).toEqual({ docs: { url, bridge: false } });
});
