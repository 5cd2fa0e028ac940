// Makes the fixture of a release with the code of this checkout:
//
//   mkdir test/upgrade/fixtures/<version>
//   cp -r test/upgrade/fixtures/<last>/{servers,stacks} test/upgrade/fixtures/<version>
//   node --conditions=lockstep-source test/upgrade/make-fixture.ts <version>
//
// It locks the project's server, runs its gateway through a history that ends in `kill -9`, and keeps what that left
// beside the project. The keys and tokens in it open nothing else.
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { until } from '@lockstep/testing/until';
import { connect, type TestClient } from '../end-to-end/clients.ts';
import type { AdminAnswer, Running } from '../end-to-end/running.ts';
import { type Expected, fixtures, openScene, type Scene } from './scene.ts';

const [version] = process.argv.slice(2);
if (version === undefined)
  throw new Error('make-fixture.ts needs the version, which is the name of its folder in fixtures.');
const folder = join(fixtures, version);
for (const name of ['state', 'export.jsonl', 'expected.json', 'stacks/tools.lock.json'])
  await rm(join(folder, name), { recursive: true, force: true });

await using scene = await openScene(version);
await lockServer(scene);
const expected = await liveThrough(scene);
await keep(scene, expected);

async function lockServer(scene: Scene): Promise<void> {
  const confirm = (tools: string[], access: string) => ['lock', 'confirm', ...tools, '--class', access];
  const commands = [
    ['lock', '--as', 'reviewed'],
    confirm(['notes/read_notes'], 'read'),
    confirm(['notes/write_note', 'notes/send_note', 'notes/hold'], 'write'),
    confirm(['notes/erase_notes'], 'destructive'),
  ];
  for (const command of commands) await run(scene, command);
}

async function run({ lockstep }: Scene, command: string[]): Promise<void> {
  const { code, stdout, stderr } = await lockstep(command);
  if (code !== 0) throw new Error(`lockstep ${command.join(' ')} failed: ${stdout}${stderr}`);
}

/** Three epochs: one that is stopped, one that is killed during a call, and one that closes that call and is killed. */
async function liveThrough(scene: Scene): Promise<Expected> {
  const used = { text: 'Approved by two, and written.' };
  const pending = { text: 'Approved by one: ünïcode, "quotes" and\ttabs 📝.' };

  let up = await scene.up();
  const tokens = {
    agent: await token(up, 'agent', 'alice@example.com', ['agent'], 'mcp'),
    bob: await token(up, 'bob', 'bob@example.com', ['security']),
    carol: await token(up, 'carol', 'carol@example.com', ['security']),
    auditor: await token(up, 'auditor', 'ivan@example.com', ['auditor']),
    revoked: await token(up, 'old-agent', 'alice@example.com', ['agent'], 'mcp'),
  };
  let agent = await connect('modern', `${up.url}/mcp`, tokens.agent);
  await agent.call('notes__read_notes');
  await agent.call('notes__erase_notes');
  const usedId = await ask(agent, 'notes__write_note', used);
  await approve(up, usedId, tokens.bob);
  await approve(up, usedId, tokens.carol);
  const written = await agent.call('notes__write_note', used);
  if (written.text !== 'written') throw new Error(`the approved call answered: ${written.text}`);
  const legacy = await connect('legacy', `${up.url}/mcp/notes`, tokens.revoked);
  await legacy.call('read_notes');
  await legacy.close();
  const { tokens: listed } = ok(await up.admin('GET', '/tokens'));
  const revoked = listed.find(({ subject }: { subject: string }) => subject === 'old-agent');
  ok(await up.admin('DELETE', `/tokens/${revoked.id}`));
  const voidId = await ask(agent, 'notes__send_note', { text: 'Never sent.' });
  await writeFile(join(up.state, 'work/changed'), '');
  await agent.call('notes__send_note', { text: 'Never sent.' });
  await until('the approval is void', async () => (await look(up, voidId, tokens.bob)).state === 'void');
  await agent.close();
  await up.stop();

  await rm(join(up.state, 'work/changed'));
  up = await scene.up();
  await holdAndKill(up, tokens.agent);

  up = await scene.up();
  agent = await connect('legacy', `${up.url}/mcp`, tokens.agent);
  await agent.call('notes__read_notes');
  const pendingId = await ask(agent, 'notes__write_note', pending);
  await approve(up, pendingId, tokens.bob, 'Fine with me.');
  await agent.close();
  await run(scene, ['audit', 'export', '--out', 'export.jsonl']);
  const exported = await readFile(join(scene.folder, 'export.jsonl'), 'utf8');
  const search = `/audit/search?kind=intent&approval=${usedId}`;
  const [intent] = ok(await up.admin('GET', search, undefined, tokens.auditor)).records;
  const { bundle } = ok(await up.admin('GET', '/status'));
  const { records, unsigned, heads, openIntents } = await holdAndKill(up, tokens.agent);
  const [head] = heads;
  return {
    madeAt: new Date().toISOString(),
    bundle,
    tokens,
    approvals: {
      used: { id: usedId, ...used },
      pending: { id: pendingId, ...pending },
      void: { id: voidId },
    },
    openIntent: openIntents[0],
    records,
    unsigned,
    head: `${head.writer}:${head.epoch}:${head.seq}:${head.hash}`,
    salted: { place: intent.place, hash: intent.hash, salt: intent.salt },
    exported: exported.trimEnd().split('\n').length - 1,
  };
}

/** Copies what the gateway left, except what belongs to its process. */
async function keep({ folder: from, state }: Scene, expected: Expected): Promise<void> {
  // Moves SQLite's log into the database; closing the last connection removes the log.
  const database = new DatabaseSync(join(state, 'data/gateway.db'));
  database.exec('pragma wal_checkpoint(truncate)');
  database.exec('vacuum');
  database.close();
  const left = [
    ...['bundle', 'keys', 'data/gateway.db', 'data/checkpoints.jsonl', 'work/notes.txt'].map(
      (path) => [join(state, path), join('state', path)] as const,
    ),
    ...['stacks/tools.lock.json', 'export.jsonl'].map((path) => [join(from, path), path] as const),
  ];
  for (const [path, to] of left) await cp(path, join(folder, to), { recursive: true });
  await writeFile(join(folder, 'expected.json'), `${JSON.stringify(expected, null, 2)}\n`);
}

async function token(
  up: Running,
  subject: string,
  owner: string,
  roles: string[],
  audience: 'mcp' | 'admin' = 'admin',
): Promise<string> {
  const expiresAt = new Date(Date.now() + 30 * 86_400_000).toISOString();
  return ok(await up.admin('POST', '/tokens', { subject, owner, roles, audience, expiresAt })).token;
}

/** Makes a call that must wait, and returns the id of its approval. */
async function ask(agent: TestClient, tool: string, args: Record<string, unknown>): Promise<string> {
  const { decision, text } = await agent.call(tool, args);
  if (decision?.kind !== 'waiting') throw new Error(`${tool} doesn't wait for an approval: ${text}`);
  return decision.approval.id;
}

async function look(up: Running, id: string, secret: string): Promise<AdminAnswer['body']> {
  return ok(await up.admin('GET', `/approvals/${id}`, undefined, secret));
}

async function approve(up: Running, id: string, secret: string, note?: string): Promise<void> {
  const { seen } = await look(up, id, secret);
  const verdict = { verdict: 'approve', seen, ...(note === undefined ? {} : { note }) };
  ok(await up.admin('POST', `/approvals/${id}/verdict`, verdict, secret));
}

/** Kills the gateway during a write that the server never answers; returns the state of the audit at that time. */
async function holdAndKill(up: Running, secret: string): Promise<AdminAnswer['body']> {
  const agent = await connect('modern', `${up.url}/mcp`, secret);
  const call = agent.call('notes__hold').catch(() => undefined);
  const verified = await until('the call is in progress', async () => {
    const found = ok(await up.admin('GET', '/audit/verify'));
    return found.openIntents.length === 1 && found;
  });
  if (!verified.ok) throw new Error(`the audit isn't whole: ${JSON.stringify(verified.problems)}`);
  await up.kill();
  await call;
  await agent.close().catch(() => undefined);
  return verified;
}

function ok({ status, body }: AdminAnswer): AdminAnswer['body'] {
  if (status >= 300) throw new Error(`the admin API answered ${status}: ${JSON.stringify(body)}`);
  return body;
}
