import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { writeBundle } from '@lockstep/cli/internal';
import { defineEnvironments, defineServers } from '@lockstep/model';
import { type Bundle, makeBundle } from '@lockstep/model/internal';
import { Agent, type Dispatcher, request } from 'undici';
import { reviewedRelease } from '../reviewed-release.ts';
import type { AuditCounts } from './audit.ts';
import { type Child, startChild } from './child.ts';
import { type Era, toolDefinitions } from './protocol.ts';

/** The measured gateway, in its own process. */
export interface MeasuredGateway extends Child {
  /** A token for `/mcp/<era>`. */
  readonly token: string;
  /** Reads the whole audit and counts its records by kind and outcome. */
  countRecords(): Promise<AuditCounts>;
}

/**
 * Starts a gateway with every stage on: it checks a token, validates arguments, evaluates a rule with a condition,
 * records every call, and syncs a write's intent before it forwards the write.
 */
export async function startGatewayProcess(upstreams: Record<Era, string>): Promise<MeasuredGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-bench-'));
  await writeBundle(join(folder, 'bundle'), bundleFor(upstreams));
  const child = await startChild('gateway-process.mjs', [
    join(folder, 'bundle'),
    join(folder, 'state'),
    upstreams.legacy,
    upstreams.modern,
  ]);
  const socket = new Agent({ connect: { socketPath: String(child.ready.socketPath) } });
  return {
    ...child,
    token: await createToken(socket),
    countRecords: () => countRecords(socket),
    async stop() {
      await socket.close();
      await child.stop();
      await rm(folder, { recursive: true });
    },
  };
}

function bundleFor(upstreams: Record<Era, string>): Bundle {
  const release = (era: Era) => reviewedRelease({ type: 'remote', url: upstreams[era] }, toolDefinitions);
  const { bench } = defineEnvironments({
    servers: defineServers({
      legacy: { remote: { url: upstreams.legacy } },
      modern: { remote: { url: upstreams.modern } },
    }),
    lock: {
      lockVersion: 1,
      servers: {
        legacy: { releases: { '1': release('legacy') } },
        modern: { releases: { '1': release('modern') } },
      },
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
  if (bench === undefined) throw new Error('the definition gave no environment');
  return makeBundle(bench);
}

async function createToken(socket: Dispatcher): Promise<string> {
  const { statusCode, body } = await request('http://localhost/api/v1/tokens', {
    dispatcher: socket,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      subject: 'bench',
      owner: 'bench@example.com',
      roles: ['agent'],
      audience: 'mcp',
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    }),
  });
  const text = await body.text();
  if (statusCode >= 300) throw new Error(`creating a token failed with ${statusCode} ${text}`);
  return (JSON.parse(text) as { token: string }).token;
}

async function countRecords(socket: Dispatcher): Promise<AuditCounts> {
  const { body } = await request('http://localhost/api/v1/audit/export', { dispatcher: socket });
  const counts: AuditCounts = {};
  for await (const line of createInterface({ input: body })) {
    const { kind, method, outcome } = JSON.parse(line) as Record<string, string | undefined>;
    // The beginnings and ends of sessions are records too, but not calls that were sent.
    if (kind === undefined || (kind === 'call' && !method?.startsWith('tools/'))) continue;
    const what = outcome === undefined ? kind : `${kind}:${outcome}`;
    counts[what] = (counts[what] ?? 0) + 1;
  }
  return counts;
}
