// The environment of the cluster's tests: two of the stack's servers in pods, and one outside whose credentials are in
// Vault. With SERVERS, TOOLS and PROMOTED, a test changes it.
import { defineEnvironments, defineServers, secret } from '@lockstep/model';
import { lock as stackLock, servers as stackServers } from '../../../stacks/environments.ts';
import { reviewedRelease } from '../../reviewed-release.ts';
import { whoTool } from '../reports.ts';

const reportsUrl = 'http://reports.outside.svc.cluster.local/mcp';

const offered = (process.env.SERVERS ?? 'files,reports').split(',');

const all = defineServers({
  ...stackServers,
  reports: {
    remote: { url: reportsUrl },
    isolation: 'shared',
    secrets: {
      Authorization: secret('mcp/reports#token', { delivery: 'header', template: 'Bearer ${secret}' }),
    },
    egress: [{ service: 'reports', namespace: 'outside', port: 80 }],
  },
});

export const servers = Object.fromEntries(Object.entries(all).filter(([name]) => offered.includes(name)));

/** `who`, and TOOLS more tools, which the server doesn't offer. */
const tools = [
  whoTool.name,
  ...Array.from({ length: Number(process.env.TOOLS ?? 0) }, (_, at) => `tool_${at}`),
];

const reports = reviewedRelease(
  { type: 'remote', url: reportsUrl },
  tools.map((name) => ({ ...whoTool, name })),
);

/** The newest release of each server. */
const releases = Object.fromEntries(
  offered.map((name) => [
    name,
    name === 'reports' ? '1' : (Object.keys(stackLock.servers[name as 'files'].releases).at(-1) ?? ''),
  ]),
);

export const environments = defineEnvironments({
  servers,
  lock: {
    ...stackLock,
    servers: Object.fromEntries(
      Object.entries({ ...stackLock.servers, reports: { releases: { 1: reports } } }).filter(([name]) =>
        offered.includes(name),
      ),
    ),
  },
  environments: {
    dev: { profile: 'dev', releases },
    prod: {
      profile: 'prod',
      releases,
      rules:
        process.env.PROMOTED === 'yes'
          ? [{ name: 'folders', tools: 'files/create_directory', decision: 'allow' }]
          : [],
    },
  },
});
