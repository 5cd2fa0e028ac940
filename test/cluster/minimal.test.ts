import { execFile, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { pageAt, root } from '@lockstep/testing/markdown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apply, eventually, get, kubectl } from './kubectl.ts';
import { startRegistry } from './npm-registry.ts';
import { outsideService, staticVolume } from './scene.ts';
import { nodeAddress } from './service.ts';

const run = promisify(execFile);
const images = process.env.CLUSTER_IMAGES ?? '';
const registryUrl = 'http://registry.outside.svc.cluster.local/';

/** What the README says to type for a deployment, line by line. */
const [deploy] = pageAt('examples/minimal/README.md').blocks.filter(({ info }) => info === 'deploy');
const commands = (deploy?.text ?? '').trim().split('\n');

let folder: string;
let env: NodeJS.ProcessEnv;
const opened: (() => unknown)[] = [];

/** A folder like a clone, in which the example names this cluster's registry and image, as its README says to do. */
function makeClone(): void {
  const example = join(folder, 'examples/minimal');
  cpSync(join(root, 'examples/minimal'), example, {
    recursive: true,
    filter: (path) => !path.includes('node_modules'),
  });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const edit = (file: string, before: string, after: string) => {
    const text = readFileSync(join(example, file), 'utf8');
    expect(text).toContain(before);
    writeFileSync(join(example, file), text.replace(before, after));
  };
  edit(
    'environments.ts',
    "{ host: 'registry.npmjs.org', unenforced: true }",
    "{ service: 'registry', namespace: 'outside', port: 80 }",
  );
  edit('index.ts', "packages: 'install'", `packages: { registry: '${registryUrl}' }`);
  const { gateway } = JSON.parse(readFileSync(join(images, 'images.json'), 'utf8'));
  writeFileSync(join(example, 'images.json'), JSON.stringify({ gateway }));
}

/**
 * Puts the command on the path, and what `pulumi up` does where there is no engine: applies what the program makes, and
 * waits for it.
 */
function makePrograms(): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const lockstep = `exec "${process.execPath}" --conditions=lockstep-source "${root}/packages/cli/src/main.ts" "$@"`;
  const up = `set -e
test "$*" = 'up --stack dev --cwd examples/minimal'
lockstep render dev --program examples/minimal --out rendered
kubectl apply --server-side --validate=strict --kustomize rendered
kubectl --namespace mcp-dev rollout status deployment/lockstep-gateway --timeout=180s
kubectl --namespace mcp-dev rollout status statefulset/mcp-memory --timeout=180s`;
  for (const [name, text] of Object.entries({ lockstep, pulumi: up })) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }
  return bin;
}

/** Types a command; one that ends in `&` goes on beside the next ones. */
async function type(command: string): Promise<string> {
  const options = { cwd: folder, env };
  if (!command.endsWith('&')) return (await run('sh', ['-c', command], options)).stdout;
  const child = spawn('sh', ['-c', `exec ${command.slice(0, -1)}`], options);
  opened.push(() => child.kill());
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      said += String(text);
    });
  return eventually(60, async () => (said.includes('Forwarding') ? said : undefined));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-clone-'));
  opened.push(() => rmSync(folder, { recursive: true, force: true }));
  const registry = await startRegistry(nodeAddress, join(images, 'npm'));
  opened.push(() => registry.close());
  await apply('apiVersion: v1\nkind: Namespace\nmetadata: { name: outside }\n');
  await apply(outsideService('registry', 80, registry.port));
  for (const name of ['minimal-1', 'minimal-2']) {
    const volume = await staticVolume(name);
    opened.push(() => rmSync(volume, { recursive: true, force: true }));
  }
  opened.push(() =>
    kubectl('delete', 'namespace', 'mcp-dev', '--ignore-not-found', '--wait', '--timeout=2m'),
  );
  makeClone();
  const KUBECONFIG = join(folder, 'kubeconfig');
  writeFileSync(KUBECONFIG, await kubectl('config', 'view', '--raw', '--flatten'));
  env = { ...process.env, KUBECONFIG, PATH: [makePrograms(), process.env.PATH].join(delimiter) };
  await run('kubectl', ['config', 'rename-context', 'test', 'kind-mcp'], { env });
});
afterAll(async () => {
  for (const close of opened.toReversed()) await close();
});

interface KeysSecret {
  readonly immutable: boolean;
  readonly data: Readonly<Record<string, string>>;
  readonly metadata: { readonly resourceVersion: string };
}

const inNamespace = ['--namespace', 'mcp-dev'];
const keysSecret = () => get<KeysSecret>('secret', 'lockstep-keys', ...inNamespace);

describe("the README's commands", () => {
  it('are at most four, and lead from a bare cluster to a tool that is called through the Service', async () => {
    expect(commands.length).toBeLessThanOrEqual(4);
    let last = '';
    for (const command of commands) last = await type(command);
    expect(JSON.parse(last)).toEqual({ entities: [], relations: [] });
  });

  it('made keys that are only in the cluster, and that nobody can change', async () => {
    const { immutable, data } = await keysSecret();
    expect(immutable).toBe(true);
    expect(Object.keys(data).toSorted()).toEqual(['audit.key', 'bridge.key', 'root.key']);
    const logs = await kubectl(...inNamespace, 'logs', 'job/lockstep-gateway-keys');
    const everything = logs + (await kubectl('get', 'all,configmaps', ...inNamespace, '-o', 'yaml'));
    for (const key of Object.values(data)) expect(everything).not.toContain(key);
  });
});

describe('the Job of the keys', () => {
  it('leaves keys as they are when it runs again', async () => {
    const before = await keysSecret();
    await kubectl(...inNamespace, 'delete', 'job', 'lockstep-gateway-keys', '--wait');
    await kubectl('apply', '--server-side', '--kustomize', join(folder, 'rendered'));
    const done = ['--for=condition=complete', 'job/lockstep-gateway-keys', '--timeout=120s'];
    await kubectl(...inNamespace, 'wait', ...done);
    expect(await kubectl(...inNamespace, 'logs', 'job/lockstep-gateway-keys')).toContain('which are kept');
    expect(await keysSecret()).toEqual(before);
  });

  it('may create no other Secret, and read or delete none', async () => {
    const as = '--as=system:serviceaccount:mcp-dev:lockstep-gateway-keys';
    const other = join(folder, 'other.yaml');
    writeFileSync(other, 'apiVersion: v1\nkind: Secret\nmetadata: { name: other }\n');
    for (const verb of [
      ['create', '-f', other],
      ['apply', '--server-side', '-f', other],
      ['get', 'secret', 'lockstep-keys'],
      ['delete', 'secret', 'lockstep-keys'],
    ])
      await expect(kubectl(as, ...inNamespace, ...verb)).rejects.toThrow('forbidden');
  });
});
