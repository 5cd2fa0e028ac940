import {
  defineEnvironments,
  defineServers,
  type Environment,
  type EnvironmentInput,
  type ServerInput,
  secret,
} from '@lockstep/model';
import { definitionDigest, type Release } from '@lockstep/model/internal';
import * as k8s from '@pulumi/kubernetes';
import * as vault from '@pulumi/vault';
import type { McpEnvironmentArgs } from './environment-args.ts';

const digest = `sha256:${'a'.repeat(64)}`;

/** A valid reference to an image. */
export function imageNamed(name: string): string {
  return `registry.example.com/${name}@${digest}`;
}

/** A source for each kind of `run`. */
export const sources = {
  npm: { type: 'npm', package: '@example/files', version: '1.0.0', bin: 'dist/index.js', lockfile: {} },
  pypi: { type: 'pypi', package: 'example-time', version: '1.0.0', bin: 'example-time', requirements: [] },
  command: { type: 'command', sha256: 'b'.repeat(64) },
  image: { type: 'image', reference: 'ghcr.io/example/github:1.2', digest },
  remote: { type: 'remote', url: 'https://docs.example.com/mcp' },
} as const satisfies Record<string, Release['source']>;

/** One server of each kind; `github` and `docs` have secrets. */
export const serverInputs = {
  files: { run: { npm: '@example/files', args: ['${workdir}'], env: { NOTE: 'a$(b)' } } },
  time: { run: { pypi: 'example-time' }, isolation: 'shared' },
  rota: { run: { command: '/usr/local/bin/rota', args: ['--key', '${secret:key.pem}'] } },
  github: {
    run: { image: 'ghcr.io/example/github:1.2', port: 8082, args: ['http'], env: { CACHE: '${workdir}/c' } },
    egress: [{ host: 'api.github.com', unenforced: true }],
    secrets: { GITHUB_TOKEN: secret('mcp/github#token', { delivery: 'env' }) },
  },
  docs: {
    remote: { url: 'https://docs.example.com/mcp' },
    egress: [{ host: 'docs.example.com', unenforced: true }],
    secrets: { Authorization: secret('mcp/docs#token', { delivery: 'header' }) },
  },
} satisfies Record<string, ServerInput>;

/** A release of a server with these tools. */
export function releaseOf(source: Release['source'], tools: readonly string[] = ['look', 'act']): Release {
  const locked = tools.map((name) => {
    const definition = { name, description: `Does ${name}.`, inputSchema: { type: 'object' } };
    const tool = {
      definition,
      digest: definitionDigest(definition, 'tools', name, []),
      class: name === 'look' ? 'read' : 'write',
      classFrom: 'person',
      reviewed: true,
    } as const;
    return [name, tool] as const;
  });
  return {
    source,
    serverInfo: { name: 'example', version: '1.0.0' },
    instructions: null,
    tools: Object.fromEntries(locked),
    prompts: {},
    resourceTemplates: {},
    resources: false,
    completions: false,
    ignore: [],
  };
}

/** The environment `prod` of these servers, each with one release. */
export function environmentOf(
  inputs: Record<string, ServerInput> = serverInputs,
  given: Partial<EnvironmentInput> = {},
): Environment {
  const servers = defineServers(inputs);
  const names = Object.keys(servers);
  const releases = names.map((name) => [name, { releases: { '1': releaseOf(sourceOf(inputs[name])) } }]);
  return defineEnvironments({
    servers,
    lock: { lockVersion: 1, servers: Object.fromEntries(releases) },
    environments: {
      prod: {
        profile: 'prod',
        releases: Object.fromEntries(names.map((name) => [name, '1'])),
        ...given,
      },
    },
  }).prod;
}

function sourceOf(input: ServerInput | undefined): Release['source'] {
  if (input === undefined) throw new Error('no server has this name');
  if ('remote' in input) return { type: 'remote', url: input.remote.url };
  const { run } = input;
  return sources['npm' in run ? 'npm' : 'pypi' in run ? 'pypi' : 'image' in run ? 'image' : 'command'];
}

/** Valid arguments for this environment. */
export function argsOf(
  environment: Environment = environmentOf(),
  given: Partial<McpEnvironmentArgs> = {},
): McpEnvironmentArgs {
  const names = Object.keys(environment.servers).filter(
    (name) => !['image', 'remote'].includes(environment.releases[name]?.release.source.type ?? ''),
  );
  return {
    environment,
    namespace: 'mcp-prod',
    owner: 'platform',
    images: Object.fromEntries(['gateway', ...names].map((name) => [name, imageNamed(name)])),
    gateway: { keysSecret: 'lockstep-keys', storage: { size: '1Gi' } },
    network: { hostNames: 'none' },
    vault: {
      address: 'https://vault.vault.svc:8200',
      mount: { path: 'mcp', version: 2 },
      deliver: 'vault-secrets-operator',
    },
    ...given,
  };
}

/** Explicit providers, for one program. */
export function clusterAndVault(): { kubernetes: k8s.Provider; vault: vault.Provider } {
  return {
    kubernetes: new k8s.Provider('the-cluster', {}),
    vault: new vault.Provider('the-vault', { address: 'https://vault.example' }),
  };
}
