// One server, one environment: agents read what they remember, and writing it waits for a human.
import { defineEnvironments, defineServers } from '@lockstep/model';
import lock from './tools.lock.json' with { type: 'json' };

export const servers = defineServers({
  memory: {
    run: {
      npm: '@modelcontextprotocol/server-memory',
      // A memory of its own for each principal.
      env: { MEMORY_FILE_PATH: '${principaldir}/memory.jsonl' },
    },
  },
});

export const environments = defineEnvironments({
  servers,
  lock,
  environments: { dev: { profile: 'prod', releases: { memory: '2026.8.31' } } },
});
