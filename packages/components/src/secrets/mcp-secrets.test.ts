import { secret } from '@lockstep/model';
import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import * as vault from '@pulumi/vault';
import { describe, expect, it } from 'vitest';
import { type Registered, record } from '../recording.fixture.ts';
import { deliverSecrets } from './deliver.ts';
import { McpSecrets } from './mcp-secrets.ts';
import { argsFor } from './secrets-args.fixture.ts';
import type { McpSecretsArgs } from './secrets-args.ts';

const servers = {
  // An image that takes headers and variables: the gateway reads one secret, the pods read the others.
  github: {
    Authorization: secret('mcp/github#token', { delivery: 'header', template: 'Bearer ${secret}' }),
    APP_KEY: secret('mcp/github#app.key', { delivery: 'env' }),
    'app.pem': secret('mcp/apps/github#pem', { delivery: 'file' }),
    SALT: secret('mcp/apps/github#salt', { delivery: 'env' }),
  },
  docs: { Authorization: secret('mcp/docs#token', { delivery: 'header' }) },
  files: {},
};

async function registered(args: McpSecretsArgs, preview = false): Promise<Registered[]> {
  const all = await record(() => {
    new McpSecrets('prod', args, { providers: providers() });
  }, preview);
  return all.filter(({ type }) => type !== 'lockstep:index:McpSecrets');
}

function providers(): { vault: vault.Provider; kubernetes: k8s.Provider } {
  return {
    vault: new vault.Provider('the-vault', { address: 'https://vault.example' }),
    kubernetes: new k8s.Provider('the-cluster', {}),
  };
}

function of(all: readonly Registered[], type: string): Registered[] {
  return all.filter((one) => one.type.endsWith(`:${type}`));
}

describe('access to secrets', () => {
  it("the gateway has a login for each server's headers, and pods read the rest as themselves", async () => {
    const roles = of(await registered(argsFor(servers)), 'AuthBackendRole').map(({ inputs }) => [
      inputs.roleName,
      inputs.boundServiceAccountNames,
      inputs.tokenPolicies,
    ]);
    expect(roles).toEqual([
      ['lockstep.prod.docs.gateway', ['lockstep-gateway'], ['lockstep.prod.docs.gateway']],
      ['lockstep.prod.github.gateway', ['lockstep-gateway'], ['lockstep.prod.github.gateway']],
      ['lockstep.prod.github.pod', ['mcp-github'], ['lockstep.prod.github.pod']],
    ]);
  });

  it('roles are bound to namespace and audience, are short-lived, and lack the default policy', async () => {
    const args = argsFor(servers, { audience: 'secrets.example', auth: { path: 'clusters/eu' } });
    for (const { inputs } of of(await registered(args), 'AuthBackendRole')) {
      expect(inputs).toMatchObject({
        backend: 'clusters/eu',
        boundServiceAccountNamespaces: ['mcp-prod'],
        audience: 'secrets.example',
        tokenNoDefaultPolicy: true,
        tokenTtl: 1200,
        tokenMaxTtl: 14_400,
      });
    }
  });

  it("the gateway gets its roles and Vault's address", async () => {
    let made: McpSecrets | undefined;
    const args = argsFor(servers, { vaultNamespace: 'team', ca: 'PEM', mount: { path: 'mcp', version: 1 } });
    await record(() => {
      made = new McpSecrets('prod', args, { providers: providers() });
    });
    expect(made?.roles).toEqual({
      docs: 'lockstep.prod.docs.gateway',
      github: 'lockstep.prod.github.gateway',
    });
    expect(made?.vault).toEqual({
      address: 'https://vault.vault:8200',
      namespace: 'team',
      mount: 'mcp',
      kvVersion: 1,
      authMount: 'kubernetes',
      ca: 'PEM',
    });
    expect(made?.pods).toEqual(deliverSecrets(args));
    expect(McpSecrets.isInstance(made)).toBe(true);
  });
});

describe('mount and auth method', () => {
  it('exist already, by default', async () => {
    const all = await registered(argsFor(servers));
    expect([...of(all, 'Mount'), ...of(all, 'AuthBackend'), ...of(all, 'AuthBackendConfig')]).toEqual([]);
  });

  it('are created on request, and a mount outlives the stack', async () => {
    const all = await registered(
      argsFor(servers, {
        mount: { path: 'mcp', version: 2, create: true },
        auth: { create: { kubernetesHost: 'https://kubernetes.default.svc' } },
      }),
    );
    expect(of(all, 'Mount')).toMatchObject([
      { protect: true, retainOnDelete: true, inputs: { path: 'mcp', type: 'kv', options: { version: '2' } } },
    ]);
    const [config] = of(all, 'AuthBackendConfig');
    expect(config?.inputs).toEqual({
      backend: 'kubernetes',
      kubernetesHost: 'https://kubernetes.default.svc',
    });
    for (const role of of(all, 'AuthBackendRole')) expect(role.dependencies).toContain(config?.urn);
  });
});

describe('all objects', () => {
  it('belong to the component, have its provider, and have labels if their kind has labels', async () => {
    for (const one of await registered(argsFor(servers, { ca: 'PEM' }))) {
      expect(one.parent).toBe('urn:pulumi:stack::project::lockstep:index:McpSecrets::prod');
      expect(one.provider, one.urn).toBe(one.type.startsWith('vault:') ? 'the-vault' : 'the-cluster');
      if (one.type.startsWith('kubernetes:')) {
        expect(one.inputs.metadata.labels).toMatchObject({ 'lockstep.dev/owner': 'platform' });
      }
    }
  });

  it('are the same whether outputs are known or not', async () => {
    const urns = async (preview: boolean) => {
      const all = await record(() => {
        const host = new k8s.core.v1.ConfigMap('host', {}, { provider: new k8s.Provider('other', {}) }).id;
        const create = { kubernetesHost: pulumi.interpolate`https://${host}`, caCert: host };
        new McpSecrets('prod', argsFor(servers, { auth: { create } }), { providers: providers() });
      }, preview);
      return all.map(({ urn }) => urn);
    };
    expect(await urns(true)).toEqual(await urns(false));
  });

  it("are only Vault's if the gateway reads everything", async () => {
    const all = await record(() => {
      const args = argsFor({ docs: servers.docs });
      new McpSecrets('prod', args, { providers: { vault: providers().vault } });
    });
    expect(all.filter(({ type }) => type.startsWith('kubernetes:'))).toEqual([]);
  });
});

describe('an error names', () => {
  const env = secret('mcp/a#b', { delivery: 'env' });
  const { deliver: _deliver, ...withoutDelivery } = argsFor({ a: { B: env } });
  const cases: [McpSecretsArgs, string][] = [
    [
      argsFor({ a: { B: secret('mcp-other/a#b', { delivery: 'header' }) } }),
      'McpSecrets prod: servers.a.secrets.B.reference: `mcp-other/a#b` lies outside of the mount `mcp`; move the secret to `mcp/…`, or name its mount in `mount.path`.',
    ],
    [
      argsFor({ a: { B: { reference: 'mcp/*#b', delivery: 'header' } } }),
      'McpSecrets prod: servers.a.secrets.B.reference: `mcp/*#b` must be `mount/path#field` with only letters, digits, `.`, `_` and `-`; rename it in Vault.',
    ],
    [
      withoutDelivery,
      'McpSecrets prod: servers.a.secrets.B.delivery: is `env`, but nothing delivers it to the pod; set `deliver` to `vault-secrets-operator`, `external-secrets` or `agent-injector`, whichever runs in this cluster.',
    ],
    [
      argsFor({ a: { B: env } }, { deliver: 'agent-injector' }),
      'McpSecrets prod: servers.a.secrets.B.delivery: is `env`, but the Agent injector writes only files; use `file`, or the Vault Secrets Operator.',
    ],
    [
      argsFor({}, { mount: { path: 'mcp/*', version: 2 } }),
      'McpSecrets prod: mount.path: "mcp/*" must be letters, digits, `.`, `_` and `-`, with `/` only between them.',
    ],
    [
      argsFor({}, { prefix: 'Team.A' }),
      'McpSecrets prod: prefix: "Team.A" must be 1–63 lower-case letters, digits or `-`; choose another name.',
    ],
    [
      argsFor({ 'a"\n': {} }),
      'McpSecrets prod: servers["a\\"\\n"]: "a\\"\\n" must be 1–63 lower-case letters, digits or `-`; choose another name.',
    ],
  ];
  it.each(cases)('%#', async (args, sentence) => {
    await expect(registered(args)).rejects.toThrow(sentence);
  });

  it.each(['vault', 'kubernetes'] as const)('a missing %s provider', async (missing) => {
    const given = record(() => {
      const { [missing]: _missing, ...rest } = providers();
      new McpSecrets('prod', argsFor(servers), { providers: rest });
    });
    await expect(given).rejects.toThrow(`McpSecrets prod: opts.providers: has no ${missing} provider;`);
  });
});
