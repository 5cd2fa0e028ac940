import { expect, test } from 'vitest';
import type { Environment } from '../environment/environment.ts';
import { environment, findingsOf, release } from '../world.fixture.ts';
import { loadBundle, makeBundle } from './bundle.ts';
import { packBundle, shardCount, unpackBundle, volumeFiles } from './bundle-volume.ts';

const key = /^[-._a-zA-Z0-9]{1,253}$/;

/** The files that the kubelet puts into a volume of these ConfigMaps. */
function mounted(volume: ReturnType<typeof packBundle>): Map<string, Uint8Array> {
  const texts = [volume.config, ...volume.tables].flatMap((data) => Object.entries(data));
  const binaries = volume.releases.flatMap((data) => Object.entries(data));
  return new Map([
    ...texts.map(([name, text]) => [name, Buffer.from(text)] as const),
    ...binaries.map(([name, text]) => [name, Buffer.from(text, 'base64')] as const),
  ]);
}

/** `prod` with one more server, which has read tools with these names. */
function withServer(name: string, tools: readonly string[]): Environment {
  const prod = environment('prod');
  const { files } = prod.servers;
  if (files === undefined) throw new Error('the fixture has no server');
  const added = release(Object.fromEntries(tools.map((tool) => [tool, 'read'])));
  return {
    ...prod,
    servers: { ...prod.servers, [name]: files },
    releases: { ...prod.releases, [name]: { label: '1.0.0', release: added } },
  };
}

test('a volume unpacks to the bundle that it was made from', () => {
  const bundle = makeBundle(withServer('gateway', ['json', '_release.x', 'a.b-C']));
  const volume = packBundle(bundle);
  const files = mounted(volume).set(volumeFiles.deployment, Buffer.from('{}'));
  expect(unpackBundle(files)).toEqual(new Map(bundle.files));
  expect(loadBundle(unpackBundle(files)).digest).toBe(bundle.digest);
  for (const name of files.keys()) expect(name).toMatch(key);
});

test('every bundle has the same number of ConfigMaps, and each tool has one key', () => {
  const volume = packBundle(makeBundle(environment('prod')));
  expect([volume.tables.length, volume.releases.length]).toEqual([shardCount, shardCount]);
  const rule = { name: 'a', tools: 'files/write_file', decision: 'allow' as const };
  const after = packBundle(makeBundle(environment('prod', { rules: [rule] })));
  const changed = volume.tables.flatMap((data, at) =>
    Object.keys(data).filter((name) => data[name] !== after.tables[at]?.[name]),
  );
  expect(changed).toEqual(['files.write_file']);
  expect(after.releases).toEqual(volume.releases);
});

test("five thousand tools fit, and the error names what doesn't fit", () => {
  const names = Array.from({ length: 5000 }, (_, at) => `tool_${at}`);
  const bundle = makeBundle(withServer('many', names));
  expect(loadBundle(unpackBundle(mounted(packBundle(bundle)))).table.entries.length).toBeGreaterThan(5000);
  const [finding] = findingsOf(() =>
    packBundle({ ...bundle, files: new Map([['table/many.a', 'x'.repeat(1024 * 1024 + 1)]]) }),
  );
  expect(finding).toContain("a ConfigMap can't hold the permission table of many");
});

test('a damaged release is named', () => {
  const files = mounted(packBundle(makeBundle(environment('prod')))).set('_release.files', Buffer.from('x'));
  expect(findingsOf(() => unpackBundle(files))).toEqual([
    "_release.files: can't be decompressed; deploy the bundle again.",
  ]);
});
