// One server and one environment: agents read their memory, and writing to it waits for a human.
import { defineEnvironments, defineServers } from '@lockstep/model';
import lock from './tools.lock.json' with { type: 'json' };

export const servers = defineServers({
  memory: {
    run: {
      npm: '@modelcontextprotocol/server-memory',
      // Each principal has its own memory.
      env: { MEMORY_FILE_PATH: '${principaldir}/memory.jsonl' },
    },
    // Its package is installed from here when its pod starts.
    egress: [{ host: 'registry.npmjs.org', unenforced: true }],
  },
});

export const environments = defineEnvironments({
  servers,
  lock,
  environments: { dev: { profile: 'prod', releases: { memory: '2026.8.31' } } },
});
