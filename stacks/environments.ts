// Which MCP servers agents have, and what they may do with them in dev, staging and prod. This is plain
// data: `lockstep plan` shows the result, `lockstep up` runs it on this machine, and the gateway enforces exactly this.
import { defineEnvironments, defineServers, type EnvironmentInput } from '@lockstep/model';
import lock from './tools.lock.json' with { type: 'json' };

export { lock };

export const servers = defineServers({
  // One of everything that the protocol has, for trying out clients.
  everything: { run: { npm: '@modelcontextprotocol/server-everything' }, tags: ['demo'] },

  files: { run: { npm: '@modelcontextprotocol/server-filesystem', args: ['${workdir}'] }, tags: ['work'] },

  git: {
    run: {
      npm: '@cyanheads/git-mcp-server',
      env: {
        GIT_BASE_DIR: '${workdir}',
        GIT_AUTHOR_NAME: 'Agent',
        GIT_AUTHOR_EMAIL: 'agent@example.com',
        GIT_SIGN_COMMITS: 'false',
        MCP_LOG_LEVEL: 'error',
      },
    },
    tags: ['work'],
  },

  // Runs only if KUBECONFIG is set. What it offers must not depend on how many clusters the kubeconfig names.
  kube: {
    run: { npm: 'kubernetes-mcp-server', args: ['--toolsets', 'core', '--disable-multi-cluster'] },
    needs: ['KUBECONFIG'],
    // API servers have private addresses.
    egress: [
      { cidr: '10.0.0.0/8', port: 443 },
      { cidr: '10.0.0.0/8', port: 6443 },
    ],
    tags: ['cluster'],
  },

  // Each principal has its own memory.
  memory: {
    run: {
      npm: '@modelcontextprotocol/server-memory',
      env: { MEMORY_FILE_PATH: '${principaldir}/memory.jsonl' },
    },
    tags: ['demo'],
  },
});

/** Pinned in tools.lock.json. To promote a release, move its line from one environment to here. */
const releases = {
  everything: '2026.8.31',
  files: '2026.7.4',
  git: '2.15.3',
  kube: '0.0.66',
  memory: '2026.8.31',
};

type Rules = NonNullable<EnvironmentInput['rules']>;

/** Agents may look at a cluster, but not at its secrets. */
const noSecrets: Rules[number] = {
  name: 'no-secrets',
  tools: ['kube/resources_get', 'kube/resources_list'],
  when: 'args.kind.matches("(?i)^secret")',
  decision: { deny: 'secrets are not for agents; ask the platform team to mount what is needed' },
  examples: [
    { tool: 'kube/resources_get', args: { apiVersion: 'v1', kind: 'Secret', name: 'db' }, expect: 'deny' },
    { tool: 'kube/resources_list', args: { apiVersion: 'v1', kind: 'Service' }, expect: 'allow' },
  ],
};

/** Nobody else sees an agent's memory, so the agent may also delete from it. */
const ownMemory: Rules[number] = { name: 'own-memory', tools: 'memory/*', decision: 'allow' };

/**
 * Writers need no approval below drafts/. The profile decides on absolute paths, because their root differs by
 * machine.
 */
const drafts: Rules[number] = {
  name: 'drafts',
  tools: ['files/write_file', 'files/edit_file'],
  roles: ['writer'],
  when: '!args.path.startsWith("/") && pathUnder(args.path, "drafts")',
  decision: 'allow',
  examples: [
    {
      tool: 'files/write_file',
      args: { path: 'drafts/a.md' },
      principal: { roles: ['writer'] },
      expect: 'allow',
    },
    {
      tool: 'files/write_file',
      args: { path: 'drafts/../a.md' },
      principal: { roles: ['writer'] },
      expect: 'approve',
    },
    { tool: 'files/write_file', args: { path: 'drafts/a.md' }, expect: 'approve' },
  ],
};

export const environments = defineEnvironments({
  servers,
  lock,
  environments: {
    // Agents only read. The next release of `files` is tried here first.
    dev: { profile: 'dev', releases: { ...releases, files: '2026.8.31' }, rules: [noSecrets] },

    // Agents may write; anything that can't be undone waits for one human.
    staging: { profile: 'staging', releases, rules: [noSecrets, ownMemory, drafts] },

    // Every change waits for one human, and anything that can't be undone waits for two.
    prod: {
      profile: 'prod',
      releases,
      rules: [
        noSecrets,
        ownMemory,
        drafts,
        {
          name: 'push-by-two',
          tools: 'git/git_push',
          decision: { approve: { quorum: 2, approvers: ['release-manager'], expiry: 4 * 3600 } },
          examples: [{ args: { remote: 'origin', branch: 'main' }, expect: 'approve' }],
        },
        {
          name: 'keep-history',
          tools: ['git/git_reset', 'git/git_rebase', 'git/git_clean'],
          decision: { deny: 'history is kept in prod; revert changes with a new commit' },
        },
      ],
    },
  },
});
