import { defineEnvironments, defineServers, secret } from '@lockstep/model';
import { definitionDigest, makeBundle, printBundleFile } from '@lockstep/model/internal';

const servers = defineServers({
  docs: {
    remote: { url: 'https://docs.example.com/mcp' },
    egress: [{ host: 'docs.example.com', unenforced: true }],
    secrets: { Authorization: secret('mcp/docs#token', { delivery: 'header' }) },
  },
  files: { run: { npm: '@example/files', args: ['${workdir}'] } },
});

const sources = {
  docs: { type: 'remote', url: 'https://docs.example.com/mcp' },
  files: { type: 'npm', package: '@example/files', version: '1.0.0', bin: 'index.js', lockfile: {} },
} as const;

function releaseOf(server: keyof typeof sources) {
  const definition = { name: 'look', description: 'Looks.', inputSchema: { type: 'object' } };
  const digest = definitionDigest(definition, 'tools', 'look', []);
  const look = { definition, digest, class: 'read', classFrom: 'person', reviewed: true };
  const rest = { prompts: {}, resourceTemplates: {}, resources: false, completions: false, ignore: [] };
  const serverInfo = { name: 'example', version: '1.0.0' };
  return { source: sources[server], serverInfo, instructions: null, tools: { look }, ...rest };
}

const lock = {
  lockVersion: 1,
  servers: {
    docs: { releases: { '1': releaseOf('docs') } },
    files: { releases: { '1': releaseOf('files') } },
  },
};

const { prod } = defineEnvironments({
  servers,
  lock,
  environments: {
    prod: {
      profile: 'prod',
      releases: { docs: '1', files: '1' },
      rules: [{ name: 'readers', tools: 'files/*', roles: ['reader'], decision: 'allow' }],
    },
  },
});

/** The environment whose bundle this is: a remote server with a secret, and a packaged one. */
export const environment = prod;

/** What `lockstep bundle prod` writes. */
export const bundle = printBundleFile(makeBundle(prod));

/** A valid reference to an image. */
export const image = `registry.example.com/image@sha256:${'a'.repeat(64)}`;
