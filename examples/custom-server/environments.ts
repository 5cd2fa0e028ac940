// A team's own server beside a managed one. Paths are relative to the folder that lockstep runs in.
import { defineEnvironments, defineServers } from '@lockstep/model';
import lock from './tools.lock.json' with { type: 'json' };

export const servers = defineServers({
  files: { run: { npm: '@modelcontextprotocol/server-filesystem', args: ['${workdir}'] } },

  // The lock pins the SHA-256 of the script, so that every change to it is reviewed. One process serves everybody.
  rota: { run: { command: 'examples/custom-server/server.ts' }, isolation: 'shared' },
});

const releases = { files: '2026.8.31', rota: '1.0.0' };

export const environments = defineEnvironments({
  servers,
  lock,
  environments: {
    dev: { profile: 'dev', releases },
    prod: {
      profile: 'prod',
      releases,
      rules: [
        {
          name: 'put-oneself',
          tools: 'rota/put_on_call',
          roles: ['engineer'],
          when: 'args.person == principal.owner',
          decision: 'allow',
          examples: [
            {
              args: { week: '2027-W05', person: 'ada@example.com' },
              principal: { owner: 'ada@example.com', roles: ['engineer'] },
              expect: 'allow',
            },
            { args: { week: '2027-W05', person: 'bob@example.com' }, expect: 'approve' },
          ],
        },
      ],
    },
  },
});
