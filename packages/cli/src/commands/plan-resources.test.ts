import { afterEach, expect, test } from 'vitest';
import { lockedRelease, lockedTool, lockOfFiles, type Project, program } from '../project.fixture.ts';
import { imports, makePulumiProject } from '../render/pulumi.fixture.ts';

let project: Project;
afterEach(() => project.remove());

const servers =
  "  files: { run: { npm: '@example/files' }, egress: [{ host: 'a.example.com', unenforced: true }] },";
const environments = "    dev: { profile: 'dev', releases: { files: '1.0.0' } },";
const lock = lockOfFiles({ '1.0.0': lockedRelease('1.0.0', [lockedTool('read_file', 'read')]) });

function make(index: string): void {
  project = makePulumiProject(index, {
    'environments.ts': program({ servers, environments }),
    'tools.lock.json': lock,
  });
}

test("counts what would be deployed, and says what isn't enforced", async () => {
  make(`${imports}
import * as vault from '@pulumi/vault';
for (const name of ['a', 'b']) new k8s.core.v1.ConfigMap(name, { metadata: { name } });
new k8s.apps.v1.Deployment('mcp-files', {
  metadata: { name: 'mcp-files' },
  spec: {
    selector: {},
    template: {
      metadata: { annotations: { 'lockstep.dev/package': 'installed from https://npm.example/ when the pod starts' } },
    },
  },
});
new vault.Policy('p', { name: 'p', policy: '' });
new k8s.core.v1.ConfigMap('nameless', {});
`);
  const { code, stdout } = await project.run('plan', '--config', 'environments.ts');
  expect(code).toBe(0);
  expect(stdout.slice(stdout.indexOf('would deploy')).split('\n')).toEqual([
    'would deploy',
    '  dev: 2 ConfigMap, 1 Deployment, 1 vault:index/policy:Policy',
    expect.stringMatching(
      /^ {2}dev, not counted: kubernetes:core\/v1:ConfigMap nameless: has no `metadata\.name`/,
    ),
    '  dev: mcp-files: its package is installed from https://npm.example/ when the pod starts; for production, run it from an image.',
    '',
    'may connect to',
    '  files: a.example.com:443 (unenforced)',
    '',
  ]);
});

test("a program that can't be run keeps nobody from the permissions, and can be left out", async () => {
  make('');
  project.write('Pulumi.yaml', 'name: shop\nruntime: nodejs\nmain: elsewhere\n');
  const { code, stdout, stderr } = await project.run('plan', '--config', 'environments.ts');
  expect({ code, stdout }).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('read_file read  allow'),
  });
  expect(stderr).toMatch(
    /^What would be deployed can't be counted: .*`main`, which doesn't exist; correct it\.$/m,
  );
  expect(await project.run('plan', '--config', 'environments.ts', '--no-resources')).toMatchObject({
    stderr: '',
    code: 0,
  });
});

test('what a program that fails had made by then is not counted', async () => {
  make(`${imports}
new k8s.core.v1.ConfigMap('a', { metadata: { name: 'a' } });
throw new Error('no such luck');
`);
  const { code, stdout } = await project.run('plan', '--config', 'environments.ts');
  expect(code).toBe(0);
  expect(stdout.slice(stdout.indexOf('would deploy')).split('\n').slice(0, 2)).toEqual([
    'would deploy',
    expect.stringMatching(/^ {2}dev, not counted: .*no such luck/),
  ]);
});
