// The gateway under measurement, with every stage on: a token is checked, arguments are validated, a rule with a
// condition is evaluated, every call is recorded, a write's intent is synced before it is forwarded.
//
//   fork('gateway.ts', [legacyUpstreamUrl, modernUpstreamUrl])
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startGateway } from '@lockstep/gateway';
import { defineEnvironments, defineServers, makeBundle } from '@lockstep/model';
import { Agent, request } from 'undici';
import { reviewedRelease } from '../reviewed-release.ts';
import type { AuditCounts } from './audit.ts';
import { toolDefinitions } from './protocol.ts';

const [legacyUrl = '', modernUrl = ''] = process.argv.slice(2);
const urls = { legacy: legacyUrl, modern: modernUrl };

const release = (era: 'legacy' | 'modern') =>
  reviewedRelease({ type: 'remote', url: urls[era] }, toolDefinitions);

const servers = defineServers({
  legacy: { remote: { url: urls.legacy } },
  modern: { remote: { url: urls.modern } },
});
const { bench } = defineEnvironments({
  servers,
  lock: {
    lockVersion: 1,
    servers: Object.fromEntries(
      (['legacy', 'modern'] as const).map((era) => [era, { releases: { '1': release(era) } }]),
    ),
  },
  environments: {
    bench: {
      profile: 'staging',
      releases: { legacy: '1', modern: '1' },
      rules: [
        { name: 'no-drop', tools: '*/drop', decision: { deny: 'nothing is dropped here' } },
        {
          name: 'no-secrets',
          tools: ['*/echo', '*/put'],
          when: 'has(args.text) && args.text.startsWith("secret") || has(args.key) && args.key == "secret"',
          decision: { deny: 'secrets stay where they are' },
        },
      ],
    },
  },
});
if (bench === undefined) throw new Error('no environment came of the definition');

const stateDir = mkdtempSync(join(tmpdir(), 'lockstep-bench-'));
const bundle = makeBundle(bench);
const gateway = await startGateway({
  bundle: { read: async () => ({ files: bundle.files }), stamp: async () => bundle.digest },
  launch: async (server) => ({ type: 'http', url: urls[server as 'legacy' | 'modern'] }),
  stateDir,
  port: 0,
  logLevel: 'warn',
});

const socket = new Agent({ connect: { socketPath: gateway.socketPath } });

async function ask(path: string, body?: object): Promise<Record<string, unknown>> {
  const answer = await request(`http://localhost/api/v1${path}`, {
    dispatcher: socket,
    method: body === undefined ? 'GET' : 'POST',
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await answer.body.text();
  if (answer.statusCode >= 300) throw new Error(`${path} was answered ${answer.statusCode} ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
}

/** Reads the whole audit and counts its records by kind and outcome. */
async function countRecords(): Promise<AuditCounts> {
  const { body } = await request('http://localhost/api/v1/audit/export', { dispatcher: socket });
  const counts: AuditCounts = {};
  for await (const line of createInterface({ input: body })) {
    const { kind, method, outcome } = JSON.parse(line) as Record<string, string | undefined>;
    // Sessions' beginnings and ends are records too, but not among the calls that were sent.
    if (kind === undefined || (kind === 'call' && !method?.startsWith('tools/'))) continue;
    const what = outcome === undefined ? kind : `${kind}:${outcome}`;
    counts[what] = (counts[what] ?? 0) + 1;
  }
  return counts;
}

process.on('message', async () => process.send?.(await countRecords()));
process.on('disconnect', async () => {
  await socket.close();
  await gateway.close();
  rmSync(stateDir, { recursive: true });
  process.exit(0);
});

const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
const { token } = await ask('/tokens', {
  subject: 'bench',
  owner: 'bench@example.com',
  roles: ['agent'],
  audience: 'mcp',
  expiresAt,
});
process.send?.({ url: gateway.url, token });
