import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { kubectl, podIdentities, rolledOut } from '../cluster/kubectl.ts';
import { makeSecrets, staticVolume } from '../cluster/scene.ts';
import { type Engine, startEngine } from './pulumi.ts';

const namespace = 'agents-prod';

let engine: Engine;
let volume: string;

const pulumi: Engine['pulumi'] = (...args) => engine.pulumi(...args);

beforeAll(async () => {
  volume = await staticVolume('gateway-prod');
  engine = await startEngine(join(import.meta.dirname, '../cluster/program'), 'prod', {
    IMAGES: join(process.env.CLUSTER_IMAGES ?? '', 'images.json'),
    SERVERS: 'files',
  });
});

afterAll(async () => {
  await engine?.remove();
  await rm(volume, { recursive: true, force: true });
});

it('brings an environment up, and then finds nothing to change', async () => {
  // Its Secrets are made by hand before the first deployment, in its namespace.
  await pulumi([
    'up',
    '--yes',
    '--skip-preview',
    '--target',
    '**Namespace::home',
    '--target',
    '**kubernetes::cluster',
  ]);
  await makeSecrets(namespace);
  await pulumi(['up', '--yes', '--skip-preview']);
  await rolledOut(namespace, 'deployment/lockstep-gateway');
  expect(await pulumi(['preview', '--expect-no-changes'])).toMatch(/unchanged/);
});

it('shows a change of permissions as exactly that tool, and restarts nothing', async () => {
  const promoted = { PROMOTED: 'yes' };
  const before = await podIdentities(namespace);
  const diff = await pulumi(['preview', '--diff'], promoted);
  const lines = diff.split('\n').filter((line) => /^\s*[-+~]/.test(line));
  const tools = new Set(lines.flatMap((line) => line.match(/files[./](\w+)/)?.[1] ?? []));
  expect([...tools]).toEqual(['create_directory']);
  expect(diff).toMatch(/~ 2 to update/);
  expect(diff).not.toMatch(/to (replace|delete|create)/);
  await pulumi(['up', '--yes', '--skip-preview'], promoted);
  expect(await podIdentities(namespace)).toEqual(before);
});

it("keeps no key or token in its state, and leaves only the gateway's volume when it is destroyed", async () => {
  const secrets = await kubectl('get', 'secrets', '-n', namespace, '-o', 'jsonpath={.items[*].data.*}');
  const state = (
    await Promise.all(
      (
        await readdir(engine.home, { recursive: true, withFileTypes: true })
      )
        .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
        .map((entry) => readFile(join(entry.parentPath, entry.name), 'utf8')),
    )
  ).join('\n');
  for (const secret of secrets.split(' ')) expect(state).not.toContain(secret);
  // The namespace contains the volume's claim, so it must stay.
  await pulumi(['destroy', '--yes', '--skip-preview', '--exclude', '**Namespace::home']);
  const own = ['--selector=app.kubernetes.io/part-of=lockstep', '--namespace', namespace];
  const left = await kubectl('get', 'all,configmaps,networkpolicies,pdb,pvc', ...own, '-o', 'name');
  expect(left.trim().split('\n')).toEqual([expect.stringMatching(/^persistentvolumeclaim\//)]);
});
