// A hundred servers with ten tools each, in three environments.
import { defineEnvironments, defineServers, type Environment } from '@lockstep/model';
import type { Release } from '@lockstep/model/internal';
import { reviewedRelease } from '../../reviewed-release.ts';

const names = Array.from({ length: 100 }, (_, at) => `server-${at}`);

function release(server: string): Release {
  const definitions = Array.from({ length: 10 }, (_, at) => ({
    name: `tool_${at}`,
    description: `Does the ${at}th thing that ${server} can do, with the text that it is given.`,
    inputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
    annotations: { readOnlyHint: at % 2 === 0 },
  }));
  const bin = 'index.js';
  return reviewedRelease(
    { type: 'npm', package: `@example/${server}`, version: '1.0.0', bin, lockfile: {} },
    definitions,
  );
}

/** Makes new environments, as each evaluation of a program does. */
export function makeEnvironments(): Record<'dev' | 'staging' | 'prod', Environment> {
  const releases = Object.fromEntries(names.map((name) => [name, '1.0.0']));
  return defineEnvironments({
    servers: defineServers(
      Object.fromEntries(
        names.map((name) => [name, { run: { npm: `@example/${name}`, args: ['${workdir}'] } }]),
      ),
    ),
    lock: {
      lockVersion: 1,
      servers: Object.fromEntries(names.map((name) => [name, { releases: { '1.0.0': release(name) } }])),
    },
    environments: {
      dev: { profile: 'dev', releases },
      staging: { profile: 'staging', releases },
      prod: { profile: 'prod', releases },
    },
  });
}
