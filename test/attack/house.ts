import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { type RunningGateway, startGateway } from '@lockstep/gateway';
import { defineEnvironments, defineServers, type EnvironmentInput } from '@lockstep/model';
import { createdTokenSchema } from '@lockstep/model/admin';
import { type Bundle, makeBundle } from '@lockstep/model/internal';
import type { StoredRecord } from '@lockstep/model/record';
import { Agent, request } from 'undici';
import { lockedUrl, release } from './offer.ts';
import { openRemote, type Remote } from './remote.ts';

const rogue = fileURLToPath(new URL('./rogue.ts', import.meta.url));

type Rule = NonNullable<EnvironmentInput['rules']>[number];

/** The rules of the attacked environment, before its profile `prod`. */
export const houseRules: Rule[] = [
  {
    name: 'no-secrets',
    tools: ['*/resource:file:///secret*', '*/resource:file:///public/secret*'],
    decision: { deny: 'secrets stay where they are' },
  },
  {
    name: 'no-keys',
    tools: '*/resource:*',
    when: 'args.uri.startsWith("file:///keys/")',
    decision: { deny: 'keys stay where they are' },
  },
  { name: 'ask-for-prompts', tools: 'docs/prompt:*', roles: ['prompter'], decision: { approve: {} } },
];

/** A gateway in this process with a remote server `docs` and a process `rogue`, as a target for attacks. */
export interface House extends AsyncDisposable {
  readonly gateway: RunningGateway;
  readonly docs: Remote;
  readonly stateDir: string;
  /** Creates a token. */
  token(who: {
    subject: string;
    owner: string;
    audience?: 'mcp' | 'admin';
    roles?: string[];
  }): Promise<string>;
  /** Every record so far. */
  records(): StoredRecord[];
  /** Puts other rules in force. */
  enforce(rules: Rule[]): Promise<void>;
}

export async function openHouse(): Promise<House> {
  const folder = await mkdtemp(join(tmpdir(), 'ls-attack-'));
  const stateDir = join(folder, 'state');
  const docs = await openRemote();
  const makeOne = (rules: Rule[]): Bundle => {
    const { prod } = defineEnvironments({
      servers: defineServers({
        docs: { remote: { url: lockedUrl }, timeouts: { call: 5 } },
        rogue: { remote: { url: lockedUrl }, timeouts: { call: 5 } },
      }),
      lock: {
        lockVersion: 1,
        servers: { docs: { releases: { '1': release } }, rogue: { releases: { '1': release } } },
      },
      environments: { prod: { profile: 'prod', releases: { docs: '1', rogue: '1' }, rules } },
    });
    if (prod === undefined) throw new Error('no environment');
    return makeBundle(prod);
  };
  let bundle = makeOne(houseRules);
  const gateway = await startGateway({
    bundle: { read: async () => ({ files: bundle.files }), stamp: async () => bundle.digest },
    launch: async (name) =>
      name === 'docs'
        ? { type: 'http', url: docs.url }
        : {
            type: 'stdio',
            command: process.execPath,
            args: ['--conditions=lockstep-source', rogue],
            env: {},
          },
    stateDir,
    port: 0,
    logLevel: 'silent',
  });
  const operator = new Agent({ connect: { socketPath: gateway.socketPath } });
  return {
    gateway,
    docs,
    stateDir,
    async token({ subject, owner, audience = 'mcp', roles = [] }) {
      const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
      const answer = await request('http://localhost/api/v1/tokens', {
        dispatcher: operator,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ subject, owner, roles, audience, expiresAt }),
      });
      return createdTokenSchema.parse(await answer.body.json()).token;
    },
    records() {
      const database = new DatabaseSync(join(stateDir, 'data', 'gateway.db'), {
        readOnly: true,
        timeout: 5000,
      });
      try {
        const rows = database.prepare('select record from audit order by epoch, seq').all();
        return rows.map(({ record }) => JSON.parse(String(record)));
      } finally {
        database.close();
      }
    },
    async enforce(rules) {
      bundle = makeOne(rules);
      await gateway.lookForBundle();
    },
    async [Symbol.asyncDispose]() {
      await operator.close();
      await gateway.close();
      await docs[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
