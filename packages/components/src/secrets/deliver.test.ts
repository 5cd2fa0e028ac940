import { secret } from '@lockstep/model';
import * as k8s from '@pulumi/kubernetes';
import * as vault from '@pulumi/vault';
import { describe, expect, it } from 'vitest';
import { type Registered, record } from '../recording.fixture.ts';
import { deliverSecrets } from './deliver.ts';
import { McpSecrets } from './mcp-secrets.ts';
import { argsFor } from './secrets-args.fixture.ts';
import type { McpSecretsArgs } from './secrets-args.ts';

const both = {
  app: {
    TOKEN: secret('mcp/app#token', { delivery: 'env' }),
    'key.pem': secret('mcp/app#key.pem', { delivery: 'file' }),
    'other.pem': secret('mcp/shared/other#pem', { delivery: 'file' }),
    Authorization: secret('mcp/app#never-in-the-pod', { delivery: 'header' }),
  },
};
const files = { app: { 'key.pem': both.app['key.pem'] } };

async function objects(args: McpSecretsArgs): Promise<Registered[]> {
  const all = await record(() => {
    new McpSecrets('prod', args, {
      providers: { vault: new vault.Provider('v', {}), kubernetes: new k8s.Provider('k', {}) },
    });
  });
  return all.filter(({ type }) => type.startsWith('kubernetes:'));
}

/** The `spec` of each VaultStaticSecret. */
function staticSecrets(all: readonly Registered[]): StaticSecret[] {
  return all.filter(({ inputs }) => inputs.kind === 'VaultStaticSecret').map(({ inputs }) => inputs.spec);
}

interface StaticSecret {
  path: string;
  destination: { name: string; transformation: { includes: string[] } };
}

describe('the Vault Secrets Operator', () => {
  it('copies each path once, with only the used fields, and restarts only that workload', async () => {
    const all = await objects(argsFor(both, { vaultNamespace: 'team' }));
    const specOf = (path: string) => staticSecrets(all).find((spec) => spec.path === path);
    expect(staticSecrets(all)).toHaveLength(2);
    expect(specOf('app')).toMatchObject({
      vaultAuthRef: 'mcp-app',
      namespace: 'team',
      mount: 'mcp',
      type: 'kv-v2',
      hmacSecretData: true,
      rolloutRestartTargets: [{ kind: 'Deployment', name: 'mcp-app' }],
      destination: {
        create: true,
        transformation: { excludeRaw: true, includes: ['^key[.]pem$', '^token$'] },
      },
    });
    expect(specOf('shared/other')?.destination.transformation.includes).toEqual(['^pem$']);
  });

  it("signs in as the server, and trusts Vault's own authority", async () => {
    const all = await objects(argsFor(both, { ca: 'PEM', audience: 'secrets' }));
    const specOf = (kind: string) => all.find(({ inputs }) => inputs.kind === kind)?.inputs.spec;
    expect(specOf('VaultConnection')).toEqual({
      address: 'https://vault.vault:8200',
      skipTLSVerify: false,
      caCertSecretRef: 'lockstep-vault-ca',
    });
    expect(specOf('VaultAuth')).toMatchObject({
      vaultConnectionRef: 'lockstep-vault',
      method: 'kubernetes',
      kubernetes: { role: 'lockstep.prod.app.pod', serviceAccount: 'mcp-app', audiences: ['secrets'] },
    });
  });

  it('creates exactly the Secrets and keys that pods refer to', async () => {
    const made = staticSecrets(await objects(argsFor(both))).flatMap(({ destination }) =>
      destination.transformation.includes.map((field) => ({
        name: destination.name,
        key: field.replaceAll(/[\^$[\]]/g, ''),
      })),
    );
    const find = (key: string) => made.find((one) => one.key === key);
    const source = (key: string, path: string) => ({
      secret: { name: find(key)?.name, items: [{ key, path }] },
    });
    expect(made).toHaveLength(3);
    expect(deliverSecrets(argsFor(both))).toEqual({
      app: {
        env: [{ name: 'TOKEN', valueFrom: { secretKeyRef: find('token') } }],
        volumes: [
          {
            name: 'lockstep-secret-files',
            projected: { sources: [source('key.pem', 'key.pem'), source('pem', 'other.pem')] },
          },
        ],
        volumeMounts: [
          { name: 'lockstep-secret-files', mountPath: '/var/run/secrets/lockstep/files', readOnly: true },
        ],
      },
    });
  });

  it('delivers nothing to a server whose secrets are all headers', () => {
    expect(deliverSecrets(argsFor({ docs: { Authorization: both.app.Authorization } }))).toEqual({});
  });

  it('keeps names unique and within limits', async () => {
    const long = 'a'.repeat(63);
    const all = await objects(argsFor({ [long]: both.app, [`${long.slice(1)}b`]: both.app }));
    const names = all.map(({ inputs }) => `${inputs.kind} ${inputs.metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
    for (const { inputs } of all) expect(inputs.metadata.name.length).toBeLessThanOrEqual(63);
  });
});

describe('the Agent injector', () => {
  it('gets annotations for each file, and signs in with a token for the right audience', () => {
    const {
      annotations = {},
      volumes,
      env,
    } = deliverSecrets(argsFor(files, { deliver: 'agent-injector', audience: 'secrets' })).app ?? {};
    const short = Object.fromEntries(
      Object.entries(annotations).map(([key, value]) => [
        key.replace('vault.hashicorp.com/', '').replace(/-s[0-9a-f]{12}$/, ''),
        value,
      ]),
    );
    expect(short).toEqual({
      'agent-inject': 'true',
      service: 'https://vault.vault:8200',
      role: 'lockstep.prod.app.pod',
      'auth-path': 'auth/kubernetes',
      'agent-service-account-token-volume-name': 'lockstep-vault-token',
      'secret-volume-path': '/var/run/secrets/lockstep/files',
      'template-static-secret-render-interval': '1m',
      'agent-inject-secret': 'mcp/data/app',
      'agent-inject-file': 'key.pem',
      'agent-inject-template':
        '{{- with secret "mcp/data/app" -}}{{- with index .Data.data "key.pem" -}}{{ . }}{{- else -}}{{ sprig_fail "mcp/data/app has no field key.pem" }}{{- end -}}{{- end -}}',
    });
    expect(env).toBeUndefined();
    expect(volumes).toEqual([
      {
        name: 'lockstep-vault-token',
        projected: {
          sources: [{ serviceAccountToken: { path: 'token', audience: 'secrets', expirationSeconds: 600 } }],
        },
      },
    ]);
  });

  it("keeps the names of annotations within Kubernetes' limit, whatever a file's name", () => {
    const name = `${'x'.repeat(120)}.pem`;
    const args = argsFor({ app: { [name]: both.app['key.pem'] } }, { deliver: 'agent-injector' });
    for (const key of Object.keys(deliverSecrets(args).app?.annotations ?? {})) {
      expect(key.split('/')[1]?.length).toBeLessThanOrEqual(63);
    }
  });

  it("needs no objects of the operator, and one Secret with Vault's authority", async () => {
    const injector = { deliver: 'agent-injector' } as const;
    expect(await objects(argsFor(files, injector))).toEqual([]);
    const [only, ...others] = await objects(argsFor(files, { ...injector, ca: 'PEM' }));
    expect([only?.inputs.metadata.name, others]).toEqual(['lockstep-vault-ca', []]);
  });
});
