import { describe, expect, it } from 'vitest';
import { McpEnvironment } from '../environment/mcp-environment.ts';
import {
  clusterAndVault,
  argsOf as environmentArgs,
  environmentOf,
  imageNamed,
  releaseOf,
  serverInputs,
  sources,
} from '../environment/world.fixture.ts';
import { type Registered, record } from '../recording.fixture.ts';
import { McpServer } from './mcp-server.ts';
import type { McpServerArgs } from './server-args.ts';

const registry = { host: 'registry.npmjs.org', unenforced: true } as const;

function argsOf(given: Partial<McpServerArgs> = {}): McpServerArgs {
  return {
    name: 'files',
    definition: { ...serverInputs.files, egress: [registry] },
    release: releaseOf(sources.npm),
    environment: 'dev',
    namespace: 'mcp',
    owner: 'platform',
    keysSecret: 'lockstep-keys',
    gateway: { namespace: 'mcp' },
    network: { hostNames: 'none' },
    image: imageNamed('gateway'),
    packages: 'install',
    ...given,
  };
}

async function made(args: McpServerArgs): Promise<Registered[]> {
  return record(() => {
    new McpServer(args.name, args, { providers: clusterAndVault() });
  });
}

const inputsOf = (all: readonly Registered[], kind: string) =>
  all.find(({ type }) => type.endsWith(`:${kind}`))?.inputs;

describe('a package that is installed when the pod starts', () => {
  it("is put by the gateway's image where the server's command looks for it", async () => {
    const all = await made(argsOf());
    const { metadata, spec } = inputsOf(all, 'Deployment').spec.template;
    const [install] = spec.initContainers;
    const [server] = spec.containers;
    expect(install).toMatchObject({
      image: imageNamed('gateway'),
      args: ['install', '--registry', 'https://registry.npmjs.org/'],
    });
    expect(install.volumeMounts).toContainEqual({ name: 'server', mountPath: '/server' });
    expect(server.volumeMounts).toContainEqual({ name: 'server', mountPath: '/server', readOnly: true });
    expect(server.args.slice(-3, -1)).toEqual(['node', '/server/node_modules/@example/files/dist/index.js']);
    expect(spec.volumes).toContainEqual({ name: 'server', emptyDir: { sizeLimit: '1Gi' } });
    expect(metadata.annotations).toEqual({
      'lockstep.dev/package': 'installed from https://registry.npmjs.org/ when the pod starts',
    });
  });

  it('is what the lock pins: another lock is another ConfigMap, and so another pod', async () => {
    const sourceOf = (all: readonly Registered[]) => inputsOf(all, 'ConfigMap');
    const first = sourceOf(await made(argsOf()));
    expect(JSON.parse(first.data['source.json'])).toEqual(sources.npm);
    expect(first.immutable).toBe(true);
    const lockfile = { 'node_modules/x': { version: '1.0.0', integrity: `sha1-${'A'.repeat(27)}=` } };
    const other = await made(argsOf({ release: releaseOf({ ...sources.npm, lockfile }) }));
    expect(sourceOf(other).metadata.name).not.toBe(first.metadata.name);
    const { volumes } = inputsOf(other, 'Deployment').spec.template.spec;
    expect(volumes).toContainEqual({ name: 'source', configMap: { name: sourceOf(other).metadata.name } });
  });

  it('can come from another registry, which the server declares', async () => {
    const egress = [{ service: 'npm', namespace: 'tools', port: 4873 }];
    const all = await made(
      argsOf({
        definition: { ...serverInputs.files, egress },
        packages: { registry: 'http://npm.tools.svc:4873/' },
      }),
    );
    const [install] = inputsOf(all, 'Deployment').spec.template.spec.initContainers;
    expect(install.args).toEqual(['install', '--registry', 'http://npm.tools.svc:4873/']);
  });

  const odd = { ...sources.npm, lockfile: { 'node_modules/odd': { version: '1.0.0' } } };
  it.each<[string, Partial<McpServerArgs>, string]>([
    [
      'a registry that is no declared egress',
      { definition: serverInputs.files },
      'McpServer files: definition.egress: lacks registry.npmjs.org, from which the package is installed; declare it',
    ],
    [
      'what PyPI has',
      { definition: serverInputs.time, release: releaseOf(sources.pypi) },
      "McpServer files: image: is missing, and the gateway's image has no Python to install the package with",
    ],
    [
      'a command',
      { definition: serverInputs.rota, release: releaseOf(sources.command) },
      "McpServer files: packages: can't install a server of the type command;",
    ],
    [
      'a package without a hash',
      { release: releaseOf(odd) },
      'McpServer files: release.source: has no integrity for node_modules/odd;',
    ],
    [
      'an address that is none',
      { packages: { registry: 'npm' } },
      'McpServer files: packages.registry: is npm; give the http or https address',
    ],
    ['another word', { packages: 'yes' as never }, 'McpServer files: packages: must be'],
  ])('is not %s', async (_, given, sentence) => {
    await expect(made(argsOf(given))).rejects.toThrow(sentence);
  });
});

describe('an environment', () => {
  const inputs = { files: { ...serverInputs.files, egress: [registry] }, time: serverInputs.time };
  const images = { gateway: imageNamed('gateway'), time: imageNamed('time') };
  const unpushed = `registry.example.com/files@sha256:${'0'.repeat(64)}`;
  const imagesOf = async (given: Record<string, string>) => {
    const { vault: _, ...args } = environmentArgs(environmentOf(inputs), {
      images: { ...images, ...given },
      packages: 'install',
    });
    const all = await record(() => {
      new McpEnvironment('dev', args, { providers: clusterAndVault() });
    });
    const workloads = all.filter(
      ({ name, type }) => type.endsWith(':Deployment') && !name.includes('gateway'),
    );
    return Object.fromEntries(
      workloads.map(({ inputs: { metadata, spec } }) => {
        const { initContainers = [], containers } = spec.template.spec;
        return [metadata.name, [...initContainers, ...containers].map(({ image }) => image)];
      }),
    );
  };

  it.each([
    ['has none', {}],
    ["has one that isn't pushed", { files: unpushed }],
  ])('installs what %s, and runs the images that there are', async (_, given) => {
    expect(await imagesOf(given)).toEqual({
      'mcp-files': [imageNamed('gateway'), imageNamed('gateway')],
      'mcp-time': [imageNamed('time')],
    });
  });

  it('installs nothing that an image has', async () => {
    expect(await imagesOf({ files: imageNamed('files') })).toMatchObject({
      'mcp-files': [imageNamed('files')],
    });
  });
});
