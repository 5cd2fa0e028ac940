// Which MCP servers agents have, and what they may do with them. `lockstep plan` shows it, and the gateway enforces it.
import { defineEnvironments, defineServers } from '@lockstep/model';
import lock from './tools.lock.json' with { type: 'json' };

export const servers = defineServers({
  // Reads and writes in one folder for each environment.
  files: { run: { npm: '@modelcontextprotocol/server-filesystem', args: ['${workdir}'] } },
});

/** The releases of tools.lock.json that are in use. */
const releases = {
  files: '2026.8.31',
};

export const environments = defineEnvironments({
  servers,
  lock,
  environments: {
    // Agents only read.
    dev: { profile: 'dev', releases },
    // Agents also write. What can't be undone waits for approval by one person.
    staging: { profile: 'staging', releases },
    // Every write waits for approval by one person, and what can't be undone by two.
    prod: { profile: 'prod', releases },
  },
});
