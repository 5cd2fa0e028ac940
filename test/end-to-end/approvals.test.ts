import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '@lockstep/testing/until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, eras, type TestClient } from './clients.ts';
import { type Human, human } from './humans.ts';
import { makeProject, type Project, testServer } from './project.ts';
import { callWithText } from './raw.ts';
import type { Running } from './running.ts';
import { makeTrigger } from './trigger.ts';

let project: Project;
let up: Running;
/** The token of an agent whose owner is Alice. */
let token: string;
let agents: Record<(typeof eras)[number], TestClient>;
let [bob, carol]: Human[] = [];
const trigger = makeTrigger();

beforeAll(async () => {
  project = await makeProject({
    servers: {
      journal: testServer('journal.ts', ['${workdir}/journal.txt'], { isolation: 'shared' }),
      changing: testServer('changing.ts', [trigger.path], { isolation: 'shared' }),
    },
    environments: {
      prod: {
        profile: 'prod',
        rules: [
          {
            name: 'two-for-lines',
            tools: 'journal/write_line',
            decision: { approve: { quorum: 2, approvers: ['security'] } },
          },
          {
            name: 'hurry',
            tools: 'journal/erase',
            decision: { approve: { quorum: 1, approvers: ['security'], expiry: 1 } },
          },
        ],
        settings: { approvals: { approvers: ['security'] } },
      },
    },
  });
  up = await project.up('prod');
  token = await up.token({ subject: 'agent', owner: 'alice@example.com', roles: ['agent'] });
  const [modern, legacy] = await Promise.all(eras.map((era) => connect(era, `${up.url}/mcp`, token)));
  agents = { modern, legacy } as typeof agents;
  bob = await human(up, 'bob@example.com', ['security']);
  carol = await human(up, 'carol@example.com', ['security']);
});
afterAll(async () => {
  for (const agent of Object.values(agents ?? {})) await agent?.close();
  await up?.stop();
  await project?.remove();
  trigger.remove();
});

/** How often a line is in the journal, which shows what was really done. */
function timesWritten(line: string): number {
  const journal = join(up.state, 'work/journal.txt');
  if (!existsSync(journal)) return 0;
  return readFileSync(journal, 'utf8')
    .split('\n')
    .filter((written) => written === line).length;
}

/** Makes a call that must wait, and returns the id of its approval. */
async function ask(agent: TestClient, tool: string, args: Record<string, unknown>): Promise<string> {
  const answer = await agent.call(tool, args);
  expect(answer.isError, answer.text).toBe(true);
  expect(answer.decision).toMatchObject({ kind: 'waiting', decision: 'approve' });
  return answer.decision.approval.id as string;
}

const write = 'journal__write_line';

describe.each(eras)('in prod, a write of a client of the %s era', (era) => {
  it('waits, is done once after two other humans approve, and names its record when repeated', async () => {
    const agent = agents[era];
    const line = `approved in the ${era} era`;
    const id = await ask(agent, write, { line });
    expect(await ask(agent, write, { line }), 'the same call has the same approval').toBe(id);
    expect((await bob?.decide(id, 'approve'))?.body).toMatchObject({ state: 'pending', have: 1 });
    expect(await ask(agent, write, { line })).toBe(id);
    expect(timesWritten(line)).toBe(0);
    expect((await carol?.decide(id, 'approve'))?.body).toMatchObject({ state: 'approved', have: 2 });
    expect(timesWritten(line), 'an approval alone does nothing').toBe(0);

    expect(await agent.call(write, { line })).toMatchObject({ isError: false, text: 'written' });
    expect(timesWritten(line)).toBe(1);
    const repeated = await agent.call(write, { line });
    expect(repeated.text).toMatch(/was already carried out .*audit record [0-9a-f-]{36}:\d+:\d+/);
    expect(timesWritten(line)).toBe(1);
  });

  it('is done once however many identical calls race', async () => {
    const agent = agents[era];
    const line = `raced in the ${era} era`;
    const id = await ask(agent, write, { line });
    await bob?.decide(id, 'approve');
    await carol?.decide(id, 'approve');
    const answers = await Promise.all(Array.from({ length: 8 }, () => agent.call(write, { line })));
    expect(answers.filter(({ isError }) => !isError)).toHaveLength(1);
    expect(timesWritten(line)).toBe(1);
  });

  it("continues with the approval's id, without its arguments", async () => {
    const agent = agents[era];
    const line = `resumed in the ${era} era`;
    const id = await ask(agent, write, { line });
    await bob?.decide(id, 'approve');
    await carol?.decide(id, 'approve');
    expect(await agent.call('lockstep__resume', { approval: id })).toMatchObject({ text: 'written' });
    expect((await agent.call('lockstep__resume', { approval: id })).isError).toBe(true);
    expect(timesWritten(line)).toBe(1);
  });

  it('is not done with another argument than the approved one', async () => {
    const agent = agents[era];
    const id = await ask(agent, write, { line: `meant in the ${era} era` });
    await bob?.decide(id, 'approve');
    await carol?.decide(id, 'approve');
    const other = await ask(agent, write, { line: `slipped in in the ${era} era` });
    expect(other).not.toBe(id);
    expect(timesWritten(`slipped in in the ${era} era`)).toBe(0);
  });
});

describe('an approval', () => {
  it('covers the canonical value of an argument, however it is written', async () => {
    const ids: string[] = [];
    for (const text of ['{"number":10}', '{ "number" : 10.0 }', '{"number":1e1}']) {
      const { body } = await callWithText(`${up.url}/mcp/journal`, 'write_number', text, token);
      ids.push(body.result._meta['lockstep/decision'].approval.id);
    }
    expect(new Set(ids).size).toBe(1);
    const { body } = await callWithText(`${up.url}/mcp/journal`, 'write_number', '{"number":10.5}', token);
    expect(body.result._meta['lockstep/decision'].approval.id).not.toBe(ids[0]);
  });

  it("is void once the tool's definition has changed", async () => {
    const id = await ask(agents.modern, 'changing__update', { word: 'peace' });
    expect((await bob?.decide(id, 'approve'))?.body).toMatchObject({ state: 'approved' });
    trigger.pull();
    try {
      const refused = await agents.modern.call('changing__update', { word: 'peace' });
      expect(refused.isError).toBe(true);
      expect(refused.text).toMatch(/changing\/update is quarantined/);
      await until('the approval is void', async () => (await bob?.look(id))?.body.state === 'void');
    } finally {
      trigger.release();
    }
  });

  it('expires', async () => {
    const id = await ask(agents.modern, 'journal__erase', {});
    await bob?.decide(id, 'approve');
    await until('the approval has expired', async () => (await bob?.look(id))?.body.state === 'expired');
    const resumed = await agents.modern.call('lockstep__resume', { approval: id });
    expect(resumed.isError).toBe(true);
    expect(resumed.text).toMatch(/expired/);
    expect((await agents.modern.call('journal__erase')).isError).toBe(true);
  });

  it('is not given by the human behind the agent, in whatever case the name is written', async () => {
    const id = await ask(agents.modern, write, { line: 'by myself' });
    const alice = await human(up, 'Alice@Example.com', ['security'], 'alice-approves');
    const answer = await alice.decide(id, 'approve');
    expect(answer.status).toBe(403);
    expect(answer.body.error).toMatch(/\.$/);
    expect((await bob?.look(id))?.body).toMatchObject({ state: 'pending', have: 0 });
  });

  it('is not given twice by one human with two tokens', async () => {
    const id = await ask(agents.modern, write, { line: 'by one human twice' });
    const again = await human(up, 'bob@example.com', ['security'], 'bob-again');
    expect((await bob?.decide(id, 'approve'))?.status).toBe(200);
    expect((await again.decide(id, 'approve')).status).toBeGreaterThanOrEqual(400);
    expect((await bob?.look(id))?.body).toMatchObject({ state: 'pending', have: 1 });
    expect((await agents.modern.call(write, { line: 'by one human twice' })).isError).toBe(true);
    expect(timesWritten('by one human twice')).toBe(0);
  });

  it("is not given without the role, with an agent's token, or unseen", async () => {
    const id = await ask(agents.modern, write, { line: 'by nobody' });
    const passerBy = await human(up, 'dave@example.com', ['marketing']);
    expect((await passerBy.decide(id, 'approve')).status).toBeGreaterThanOrEqual(400);
    const path = `/approvals/${id}/verdict`;
    const seen = (await bob?.look(id))?.body.seen as string;
    expect((await up.admin('POST', path, { verdict: 'approve', seen }, token)).status).toBe(401);
    expect((await up.admin('POST', path, { verdict: 'approve', seen })).status).toBe(403);
    const admin = await up.token({ subject: 'erin', roles: ['security'], audience: 'admin' });
    const blind = await up.admin('POST', path, { verdict: 'approve', seen: `${seen}x` }, admin);
    expect(blind.status).toBeGreaterThanOrEqual(400);
    expect((await bob?.look(id))?.body).toMatchObject({ state: 'pending', have: 0 });
  });

  it('stays denied once it was denied, with the reason', async () => {
    const id = await ask(agents.modern, write, { line: 'denied' });
    await bob?.decide(id, 'approve');
    await carol?.decide(id, 'deny', 'not on a Friday');
    const answer = await agents.modern.call(write, { line: 'denied' });
    expect(answer.isError).toBe(true);
    expect(answer.text).toContain('not on a Friday');
    expect(answer.decision.approval).toMatchObject({ id, state: 'denied' });
    expect(timesWritten('denied')).toBe(0);
  });

  it('can be decided on the command line too', async () => {
    const id = await ask(agents.modern, write, { line: 'by command line' });
    for (const owner of ['frank@example.com', 'grace@example.com']) {
      const LOCKSTEP_TOKEN = await up.token({ subject: owner, roles: ['security'], audience: 'admin' });
      const shown = await project.lockstep(['approvals', 'show', id], { LOCKSTEP_TOKEN });
      expect(shown.stdout, shown.stderr).toContain('by command line');
      const done = await project.lockstep(['approvals', 'approve', id], { LOCKSTEP_TOKEN });
      expect(done.code, done.stderr).toBe(0);
    }
    expect(await agents.modern.call(write, { line: 'by command line' })).toMatchObject({ text: 'written' });
  });
});

describe('the token of one audience', () => {
  it('does not open the other', async () => {
    const admin = await up.token({ subject: 'heidi', roles: ['admin', 'security'], audience: 'admin' });
    await expect(connect('modern', `${up.url}/mcp`, admin)).rejects.toThrow();
    expect((await up.admin('GET', '/approvals', undefined, token)).status).toBe(401);
  });
});

describe('the audit of approvals', () => {
  it('verifies, and has one use for each used approval', async () => {
    const verified = await project.lockstep(['audit', 'verify']);
    expect(verified, verified.stderr).toMatchObject({ code: 0 });
    const LOCKSTEP_TOKEN = await up.token({ subject: 'ivan', roles: ['auditor'], audience: 'admin' });
    const search = ['audit', 'search', '--json', '--kind', 'approval.used'];
    const { stdout, code, stderr } = await project.lockstep(search, { LOCKSTEP_TOKEN });
    expect(code, stderr).toBe(0);
    const used = [...stdout.matchAll(/"approval": ?"(apr_[\w-]+)"/g)].map(([, id]) => id);
    expect(used.length).toBeGreaterThanOrEqual(7);
    expect(new Set(used).size).toBe(used.length);
  });
});
