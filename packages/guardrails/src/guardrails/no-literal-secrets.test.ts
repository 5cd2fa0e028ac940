import { describe, expect, it } from 'vitest';
import { changed, messages, object, world } from '../world.fixture.ts';
import { noLiteralSecrets } from './no-literal-secrets.ts';

const server = 'Deployment mcp/mcp-files';
const secret = 'ghp_0123456789abcdefghijABCDEFGHIJ012345';
// biome-ignore lint/suspicious/noExplicitAny: objects of many kinds
const withContainer = (change: (container: any) => void) =>
  messages(
    noLiteralSecrets,
    changed(world(), server, ({ spec }) => change(spec.template.spec.containers[0])),
  );
const seen =
  'holds something like a secret, which everyone who reads the program or its state sees; deliver it from Vault, or refer to a Secret with `valueFrom`.';

it('is content with references and placeholders', () => {
  expect(messages(noLiteralSecrets, world())).toEqual([]);
  const found = withContainer((container) => {
    container.env = [
      { name: 'GITHUB_TOKEN', valueFrom: { secretKeyRef: { name: 'github', key: 'token' } } },
      { name: 'API_KEY', value: '${secret:API_KEY}' },
      { name: 'LOG_LEVEL', value: 'info' },
    ];
    container.args = ['serve', '--token-file', '/etc/token', '--password', '--verbose'];
  });
  expect(found).toEqual([]);
});

it('is content with the name of the Secret that the Job for the keys makes', () => {
  const job = (name: string) =>
    object('batch/v1:Job', {
      metadata: {
        name: 'keys',
        namespace: 'mcp',
        labels: { 'app.kubernetes.io/part-of': 'lockstep', 'app.kubernetes.io/component': 'keys' },
      },
      spec: { template: { spec: { containers: [{ name: 'keys', args: ['keys', '--secret', name] }] } } },
    });
  expect(messages(noLiteralSecrets, [...world(), job('lockstep-keys')])).toEqual([]);
});

it.each([
  [
    'env',
    {
      env: [
        { name: 'A', value: 'b' },
        { name: 'DB_PASSWORD', value: 'hunter2' },
      ],
    },
    'env[1].value',
  ],
  ['env by its shape', { env: [{ name: 'A', value: secret }] }, 'env[0].value'],
  ['args', { args: ['--token', secret] }, 'args[1]'],
  ['args with `=`', { args: ['--password=hunter2'] }, 'args[0]'],
  ['command', { command: ['psql', 'postgres://app:hunter2@db/shop'] }, 'command[1]'],
])('refuses a secret in %s, and never repeats it', (_, more, path) => {
  const found = withContainer((container) => void Object.assign(container, more));
  expect(found).toEqual([`${server}: spec.template.spec.containers[0].${path} ${seen}`]);
  expect(found.join()).not.toMatch(/hunter2|ghp_/);
});

describe('ConfigMaps and Secrets', () => {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const mine = { 'app.kubernetes.io/part-of': 'lockstep', 'app.kubernetes.io/component': 'server' };
  const made = (type: string, name: string, fields: object, labels: object = {}) =>
    object(`core/v1:${type}`, { metadata: { name, namespace: 'mcp', labels }, ...fields });
  const read =
    'holds something like a secret, which everyone who reads the program or can decrypt its state sees;';
  const outside =
    'create this Secret outside the program, as with `lockstep keys create`, or deliver its values from Vault.';

  it.each([
    [
      made('ConfigMap', 'a', { data: { 'db.password': 'hunter2' } }, mine),
      'ConfigMap mcp/a: data["db.password"]',
      'deliver it from Vault.',
    ],
    [
      made('Secret', 'a', { stringData: { token: 'hunter2' } }, mine),
      'Secret mcp/a: stringData.token',
      outside,
    ],
    [
      made('Secret', 'a', { data: { config: base64(`token=${secret}`) } }, mine),
      'Secret mcp/a: data.config',
      outside,
    ],
  ])('of ours hold no secret: %#', (one, where, advice) => {
    expect(messages(noLiteralSecrets, [...world(), one])).toEqual([`${where} ${read} ${advice}`]);
  });

  const keys = made('Secret', 'keys', { stringData: { 'root.key': base64('k'.repeat(20) + secret) } });

  it('of others are left alone, unless a pod of ours reads them', () => {
    expect(messages(noLiteralSecrets, [...world(), keys])).toEqual([]);
  });

  it.each([
    ['a volume', { volumes: [{ name: 'keys', secret: { secretName: 'keys' } }] }, {}],
    ['a projected volume', { volumes: [{ projected: { sources: [{ secret: { name: 'keys' } }] } }] }, {}],
    ['envFrom', {}, { envFrom: [{ secretRef: { name: 'keys' } }] }],
    ['a variable', {}, { env: [{ name: 'K', valueFrom: { secretKeyRef: { name: 'keys', key: 'k' } } }] }],
  ])('are read through %s', (_, spec, container) => {
    const objects = changed(world(), server, ({ spec: { template } }) => {
      Object.assign(template.spec, spec);
      Object.assign(template.spec.containers[0], container);
    });
    expect(messages(noLiteralSecrets, [...objects, keys])).toEqual([
      `Secret mcp/keys: stringData["root.key"] ${read} ${outside}`,
    ]);
  });

  it('may hold certificates, and the hashes of first tokens', () => {
    const certificate = '-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIU\n-----END CERTIFICATE-----\n';
    const tokens = JSON.stringify({ tokens: [{ sha256: 'a'.repeat(64), owner: 'ada' }] });
    const fine = made('Secret', 'a', { stringData: { 'ca.crt': certificate, 'tokens.json': tokens } }, mine);
    expect(messages(noLiteralSecrets, [...world(), fine])).toEqual([]);
  });

  describe('with the package tree that a pod installs', () => {
    const treeWith = (more: object) => {
      const express = {
        integrity:
          'sha512-bRAaX0Anxt0tx2MrpRpWwQaPwIlISEJhYU5PwAKIAaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa==',
        dependencies: { cookie: '^0.7.1', 'cookie-signature': '>=1.2.1 <2' },
        ...more,
      };
      const source = JSON.stringify({ type: 'npm', lockfile: { 'node_modules/express': express } });
      return made('ConfigMap', 'tree', { data: { 'source.json': source } }, mine);
    };

    it('may depend on packages whose names speak of secrets', () => {
      expect(messages(noLiteralSecrets, [...world(), treeWith({})])).toEqual([]);
    });

    it('hold no secret all the same', () => {
      const resolved = `https://app:hunter2@npm.example.com/express.tgz`;
      expect(messages(noLiteralSecrets, [...world(), treeWith({ resolved })])).toEqual([
        `ConfigMap mcp/tree: data["source.json"] ${read} deliver it from Vault.`,
      ]);
    });
  });

  it('of a bundle may have tools whose names speak of secrets', () => {
    const objects = changed(world(), 'ConfigMap mcp/lockstep-gateway-table-0', (fields) => {
      fields.data = { 'vault.read_secret': 'vault/read_secret read allow # profile.prod\n' };
    });
    expect(messages(noLiteralSecrets, objects)).toEqual([]);
  });
});
