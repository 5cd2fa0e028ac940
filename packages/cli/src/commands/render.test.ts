import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Project } from '../project.fixture.ts';
import { imports, makePulumiProject } from '../render/pulumi.fixture.ts';

let project: Project;
afterEach(() => project.remove());

const read = (path: string) => readFileSync(join(project.folder, path), 'utf8');
const list = (folder: string) => readdirSync(join(project.folder, folder)).sort();

const shop = `${imports}
class Shop extends pulumi.ComponentResource {
  constructor(name) {
    super('shop:index:Shop', name, {});
    const inside = { parent: this };
    const config = { metadata: { name: 'rules', namespace: 'shop' }, data: { 'files.read': 'allow\\nfor all\\n' } };
    const map = new k8s.core.v1.ConfigMap(\`\${name}-rules\`, config, inside);
    new k8s.apps.v1.Deployment(\`\${name}-web\`, {
      metadata: { name: 'web', namespace: 'shop', annotations: { rules: map.metadata.name } },
      spec: {
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [{ name: 'web', image: 'shop@sha256:${'0'.repeat(64)}' }] },
        },
      },
    }, inside);
  }
}
new Shop('shop');
new k8s.apiextensions.CustomResource('scrape', {
  apiVersion: 'monitoring.coreos.com/v1', kind: 'ServiceMonitor', metadata: { name: 'web', namespace: 'shop' },
});
new k8s.core.v1.Namespace('shop', { metadata: { name: 'shop' } });
`;

test('writes the objects of a program in the order in which they can be applied', async () => {
  project = makePulumiProject(shop);
  const { code, stdout, stderr } = await project.run('render', 'dev', '--out', 'out');
  expect(code, stderr).toBe(0);
  expect(stdout).toBe('dev in out: 4 objects\n  1 ConfigMap, 1 Deployment, 1 Namespace, 1 ServiceMonitor\n');
  const files = [
    '00-namespace-shop.yaml',
    '30-configmap-rules.yaml',
    '50-deployment-web.yaml',
    '90-servicemonitor-web.yaml',
  ];
  expect(list('out')).toEqual(['.lockstep-render', ...files, 'kustomization.yaml']);
  expect(parse(read('out/kustomization.yaml'))).toMatchObject({ resources: files });
  expect(read('out/30-configmap-rules.yaml')).toBe(`apiVersion: v1
kind: ConfigMap
metadata:
  name: rules
  namespace: shop
data:
  files.read: |
    allow
    for all
`);
  expect(parse(read('out/50-deployment-web.yaml')).metadata.annotations).toEqual({ rules: 'rules' });
  expect(stderr).toMatch(
    /^an image was never pushed, as digests of zeros say: shop; build and push before this is applied\.$/m,
  );
});

test('writes the same bytes again, and one changed permission is one changed line', async () => {
  project = makePulumiProject(shop);
  await project.run('render', 'dev', '--out', 'a');
  await project.run('render', 'dev', '--out', 'b');
  const texts = (folder: string) => list(folder).map((file) => read(join(folder, file)));
  expect(texts('b')).toEqual(texts('a'));
  writeFileSync(join(project.folder, 'index.ts'), shop.replace('allow\\nfor all', 'deny\\nfor all'));
  await project.run('render', 'dev', '--out', 'b');
  const changed = list('a').filter((file) => read(join('a', file)) !== read(join('b', file)));
  expect(changed).toEqual(['30-configmap-rules.yaml']);
  const [before, after] = ['a', 'b'].map((folder) => read(join(folder, changed[0] ?? '')).split('\n'));
  expect(after?.filter((line, index) => line !== before?.[index])).toEqual(['    deny']);
});

test("removes what it wrote before and nothing else, and writes over nothing of another's", async () => {
  project = makePulumiProject(shop);
  await project.run('render', 'dev', '--out', 'out');
  writeFileSync(join(project.folder, 'out/notes.yaml'), 'mine');
  writeFileSync(
    join(project.folder, 'index.ts'),
    `${imports}new k8s.core.v1.Namespace('n', { metadata: { name: 'n' } });`,
  );
  expect(await project.run('render', 'dev', '--out', 'out')).toMatchObject({ code: 0 });
  expect(list('out')).toEqual([
    '.lockstep-render',
    '00-namespace-n.yaml',
    'kustomization.yaml',
    'notes.yaml',
  ]);
  project.write('other/kustomization.yaml', 'mine');
  expect(await project.run('render', 'dev', '--out', 'other')).toMatchObject({
    code: 2,
    stderr:
      "lockstep: --out other holds what `render` didn't write (kustomization.yaml); choose a folder of its own.\n",
  });
  expect(list('other')).toEqual(['kustomization.yaml']);
});

test('writes no secret, and names the resource and field of each, as of what only the cloud knows', async () => {
  const planted = 'planted-5e9c';
  project = makePulumiProject(
    `${imports}
import * as vault from '@pulumi/vault';
const token = config.requireSecret('token');
new k8s.core.v1.Secret('keys', { metadata: { name: 'keys', namespace: 'shop' }, stringData: { token, fixed: '${planted}' } });
const env = [{ name: 'TOKEN', value: pulumi.interpolate\`Bearer \${token}\` }];
const spec = { containers: [{ name: 'c', image: 'i', env }] };
new k8s.core.v1.Pod('leaky', { metadata: { name: 'leaky' }, spec });
const policy = new vault.Policy('read', { name: 'read', policy: token });
new k8s.core.v1.ServiceAccount('account', { metadata: { name: 'account', annotations: { role: policy.id, token: policy.policy } } });
new k8s.core.v1.ServiceAccount('robot', { metadata: { name: 'robot', annotations: { role: policy.id } } });
new k8s.core.v1.ConfigMap('anonymous', { data: {} });
`,
    { 'Pulumi.dev.yaml': `config:\n  shop:token: ${planted}\n`, 'Pulumi.yaml': withToken },
  );
  const { code, stdout, stderr } = await project.run('render', 'dev', '--out', 'out');
  expect({ code, stdout }).toEqual({
    code: 1,
    stdout: 'dev in out: 0 objects\n  not for a cluster, and so not written: 1 vault:index/policy:Policy\n',
  });
  expect(stderr.split('\n')).toEqual([
    "Secret shop/keys isn't written, since no secret is; have it in the cluster with fixed, token.",
    expect.stringMatching(/^kubernetes:core\/v1:ConfigMap anonymous: has no `metadata\.name`/),
    'kubernetes:core/v1:Pod leaky: `spec.containers[0].env[0].value` is a secret, which is never written; refer to a Secret of the cluster there.',
    expect.stringMatching(
      /^kubernetes:core\/v1:ServiceAccount account: `metadata\.annotations\.token` is a secret/,
    ),
    expect.stringMatching(
      /^kubernetes:core\/v1:ServiceAccount robot: `metadata\.annotations\.role` can't be known without the cloud/,
    ),
    '',
  ]);
  const { stdout: json } = await project.run('render', 'dev', '--out', 'out', '--json');
  const everything = [json, stdout, stderr, ...list('out').map((file) => read(join('out', file)))].join('\n');
  expect(everything).not.toContain(planted);
  expect(everything).not.toContain(Buffer.from(planted).toString('base64'));
  expect(JSON.parse(json).environments.dev).toMatchObject({
    withheld: [{ name: 'keys', namespace: 'shop', keys: ['fixed', 'token'] }],
    others: { 'vault:index/policy:Policy': 1 },
  });
});

const withToken = `name: shop
runtime: { name: nodejs, options: { typescript: false } }
config:
  token: { type: string, secret: true }
  replicas: { type: integer, default: 2 }
`;

test('reads typed configuration, and encrypted values as secrets', async () => {
  project = makePulumiProject(
    `${imports}
const { host } = config.requireObject('settings');
new k8s.core.v1.ConfigMap('c', {
  metadata: { name: 'c' },
  data: { replicas: \`\${config.requireNumber('replicas')}\`, stack: pulumi.getStack(), host },
});
new k8s.core.v1.Secret('s', { metadata: { name: 's' }, stringData: { token: config.requireSecret('token') } });
`,
    {
      'Pulumi.yaml': withToken,
      'Pulumi.dev.yaml': 'config:\n  shop:token: { secure: v1:abc }\n  shop:settings: { host: a.example }\n',
      'Pulumi.prod.yaml': 'config:\n  shop:replicas: many\n',
    },
  );
  expect(await project.run('render', 'dev', '--out', 'out')).toMatchObject({ code: 0 });
  expect(parse(read('out/30-configmap-c.yaml')).data).toEqual({
    replicas: '2',
    stack: 'dev',
    host: 'a.example',
  });
  expect(await project.run('render', 'prod', '--out', 'out')).toMatchObject({
    code: 2,
    stderr: [
      'lockstep: Pulumi.prod.yaml: has no `shop:token`, which Pulumi.yaml declares; add it.',
      'lockstep: Pulumi.prod.yaml: `shop:replicas` must be of type integer; correct it.',
      '',
    ].join('\n'),
  });
});

test("of a stack that isn't there, says which are", async () => {
  project = makePulumiProject('', { 'Pulumi.yaml': withToken, 'Pulumi.dev.yaml': '' });
  expect(await project.run('render', 'pord', '--out', 'out')).toMatchObject({
    code: 2,
    stderr:
      'lockstep: there is no Pulumi.pord.yaml, and the program needs settings of its own for each stack; stacks that have them: dev.\n',
  });
});

test('renders every stack into a folder of its name', async () => {
  project = makePulumiProject(
    `${imports}new k8s.core.v1.Namespace('n', { metadata: { name: pulumi.getStack() } });`,
    { 'Pulumi.prod.yaml': '' },
  );
  const { code, stdout } = await project.run('render', '--all', '--out', 'out');
  expect({ code, stdout: stdout.match(/^\w+ in .*$/gm) }).toEqual({
    code: 0,
    stdout: ['dev in out/dev: 1 object', 'prod in out/prod: 1 object'],
  });
  expect(existsSync(join(project.folder, 'out/prod/00-namespace-prod.yaml'))).toBe(true);
  expect(await project.run('render', '--out', 'out')).toMatchObject({
    code: 2,
    stderr: 'lockstep: name one environment, or have --all of them; the program has dev, prod.\n',
  });
});

test('a program that fails leaves the last rendering as it was', async () => {
  project = makePulumiProject(shop);
  await project.run('render', 'dev', '--out', 'out');
  const before = list('out');
  writeFileSync(
    join(project.folder, 'index.ts'),
    `${imports}new k8s.core.v1.Namespace('n', { metadata: { name: 'n' } }); throw new Error('no such luck');`,
  );
  const { code, stdout, stderr } = await project.run('render', 'dev', '--out', 'out');
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(
    /^dev in out: nothing is written, since the program fails:\nindex\.ts:\d+: Error: no such luck; correct/,
  );
  expect(list('out')).toEqual(before);
});

test('names what it asks of providers, what goes wrong in the program, and what an engine would refuse', async () => {
  project = makePulumiProject(`${imports}
const answer = pulumi.runtime.invoke('aws:ec2/getVpc:getVpc', { default: true });
new k8s.core.v1.ConfigMap('vpc', { metadata: { name: 'vpc' }, data: { id: pulumi.output(answer).apply((vpc) => vpc.id) } });
for (const name of ['one', 'two']) new k8s.core.v1.ConfigMap('same', { metadata: { name } });
pulumi.output(1).apply(() => { throw new Error('no such luck'); });
`);
  const { code, stderr } = await project.run('render', 'dev', '--out', 'out');
  expect(code).toBe(1);
  expect(stderr.split('\n')).toEqual([
    'dev in out: nothing is written, since the program fails:',
    "aws:ec2/getVpc:getVpc: asks its provider, which only a real preview can; give the value in the stack's configuration.",
    expect.stringMatching(/^index\.ts:\d+: Error: no such luck; correct the program\.$/),
    'kubernetes:core/v1:ConfigMap same: is registered twice; give one of them another name.',
    '',
  ]);
});

test('runs programs that are no ES modules, as Pulumi does', async () => {
  project = makePulumiProject('', {
    'package.json': { name: 'shop' },
    'Pulumi.yaml': 'name: shop\nruntime: nodejs\nmain: infra\n',
    'infra/index.ts': `import * as k8s from '@pulumi/kubernetes';
import { name } from './names';
enum Kind { Plain = 'plain' }
export = async () => { new k8s.core.v1.ConfigMap('c', { metadata: { name }, data: { kind: Kind.Plain } }); };
`,
    'infra/names.ts': "export const name = 'from-another-file';\n",
  });
  const { code, stderr } = await project.run('render', 'dev', '--out', 'out');
  expect(code, stderr).toBe(0);
  expect(list('out')).toContain('30-configmap-from-another-file.yaml');
});

test('takes groups of YAML apart, and puts objects into the namespace of their provider', async () => {
  project = makePulumiProject(`${imports}
const provider = new k8s.Provider('here', { namespace: 'shop' });
const yaml = 'apiVersion: v1\\nkind: ConfigMap\\nmetadata: { name: NAME }\\n---\\n';
new k8s.yaml.ConfigGroup('old', { yaml: yaml.replace('NAME', 'old') }, { provider });
new k8s.yaml.v2.ConfigGroup('new', { yaml: yaml.replace('NAME', 'new') }, { provider });
new k8s.rbac.v1.ClusterRole('r', { metadata: { name: 'r' } }, { provider });
new k8s.helm.v3.Release('chart', { chart: 'x' }, { provider });
`);
  const { stderr } = await project.run('render', 'dev', '--out', 'out');
  expect(stderr).toBe(
    "kubernetes:helm.sh/v3:Release chart: is made by its provider and isn't an object that could be written; declare its objects themselves.\n",
  );
  const namespaces = ['30-configmap-old', '30-configmap-new', '20-clusterrole-r'].map(
    (file) => parse(read(`out/${file}.yaml`)).metadata.namespace,
  );
  expect(namespaces).toEqual(['shop', 'shop', undefined]);
});

test('says in one sentence what is no Pulumi program', async () => {
  project = makePulumiProject('', { 'sub/index.ts': '', 'python/Pulumi.yaml': 'name: p\nruntime: python\n' });
  const render = async (...args: string[]) =>
    (await project.run('render', 'dev', '--out', 'out', ...args)).stderr;
  expect(await render('--program', 'sub')).toBe(
    'lockstep: sub has no Pulumi.yaml, and Pulumi.yaml runs .; name the folder of a Pulumi program.\n',
  );
  expect(await render('--program', 'python')).toBe(
    'lockstep: python/Pulumi.yaml runs python; only programs for `nodejs` can be rendered.\n',
  );
});
