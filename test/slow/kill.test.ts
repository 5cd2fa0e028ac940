import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '@lockstep/testing/until';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { human } from '../end-to-end/humans.ts';
import { makeProject, type Project, testServer } from '../end-to-end/project.ts';
import { callWithText } from '../end-to-end/raw.ts';
import type { Running } from '../end-to-end/running.ts';
import { placeOf, readAudit } from './audit-file.ts';

const rounds = Number(process.env.KILL_ROUNDS ?? 20);
/** Least number of forwarded writes in a round before the kill. */
const fewest = 20;
/** Number of approved calls in a round; each is made several times at once. */
const approvedCalls = 6;

let project: Project;

beforeAll(async () => {
  project = await makeProject({
    servers: { journal: testServer('journal.ts', ['${workdir}/journal.txt'], { isolation: 'shared' }) },
    environments: {
      prod: {
        profile: 'prod',
        rules: [
          { name: 'free-lines', tools: 'journal/write_line', decision: 'allow' },
          {
            name: 'gated-numbers',
            tools: 'journal/write_number',
            decision: { approve: { quorum: 1, approvers: ['security'] } },
          },
        ],
        settings: { approvals: { pendingPerPrincipal: 1000 } },
      },
    },
  });
});
afterAll(async () => {
  await project?.remove();
});

function journal(up: Running): string[] {
  const path = join(up.state, 'work/journal.txt');
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
}

it(`twenty rounds of kill -9 under writes: ${rounds} here`, async () => {
  let up = await project.up('prod');
  const token = await up.token({ subject: 'agent', owner: 'alice@example.com' });
  const attempts = { lines: 0, numbers: 0, answered: 0 };

  for (let round = 0; round < rounds; round++) {
    const before = journal(up).length;
    const endpoint = `${up.url}/mcp/journal`;
    const bob = await human(up, 'bob@example.com', ['security']);
    const numbers = Array.from({ length: approvedCalls }, (_, index) => round * approvedCalls + index);
    for (const number of numbers) {
      const { body } = await callWithText(endpoint, 'write_number', `{"number":${number}}`, token);
      const decided = await bob.decide(body.result._meta['lockstep/decision'].approval.id, 'approve');
      expect(decided.body.state).toBe('approved');
    }

    let going = true;
    const attempt = async (tool: string, text: string): Promise<void> => {
      try {
        const { body } = await callWithText(endpoint, tool, text, token);
        if (body.result?.isError !== true) attempts.answered++;
      } catch {
        // The gateway was killed during this call; the journal and the audit show its outcome.
      }
    };
    const writers = Array.from({ length: 8 }, async () => {
      while (going) await attempt('write_line', `{"line":"line ${attempts.lines++} of round ${round}"}`);
    });
    // The kill comes at a random point of the round: after some of the lines, and around the approved calls.
    const enough = fewest + Math.floor(Math.random() * 60);
    const approvedAt = fewest + Math.floor(Math.random() * 60);
    let approved: Promise<unknown> | undefined;
    const killed = until(
      `${enough} lines in the journal`,
      () => {
        const written = journal(up).length - before;
        if (written >= Math.min(approvedAt, enough) && approved === undefined) {
          approved = Promise.all(
            [...numbers, ...numbers, ...numbers].map((number) =>
              attempt('write_number', `{"number":${number}}`),
            ),
          );
          attempts.numbers += numbers.length;
        }
        return written >= enough;
      },
      60,
    );
    await killed.then(up.kill).finally(() => {
      going = false;
    });
    await Promise.all([...writers, approved]);
    expect(journal(up).length - before, 'forwarded writes of the round').toBeGreaterThanOrEqual(fewest);
    up = await project.up('prod');
    // An agent that lost its answers makes the approved calls again; each may act only once.
    for (const number of numbers) {
      await callWithText(`${up.url}/mcp/journal`, 'write_number', `{"number":${number}}`, token);
    }
  }

  const verified = await project.lockstep(['audit', 'verify']);
  expect(verified.code, verified.stdout + verified.stderr).toBe(0);

  const records = await readAudit(project, up, join(project.folder, 'export.jsonl'));
  const intents = records.filter(({ kind }) => kind === 'intent');
  const intended = new Map<string, number>();
  for (const { arguments: args } of intents) {
    const entry = String(args?.line ?? args?.number);
    intended.set(entry, (intended.get(entry) ?? 0) + 1);
  }
  const written = new Map<string, number>();
  for (const entry of journal(up)) written.set(entry, (written.get(entry) ?? 0) + 1);

  const withoutIntent = [...written.keys()].filter((entry) => !intended.has(entry));
  expect(withoutIntent, 'journal entries without an intent').toEqual([]);
  expect(
    [...written].filter(([, times]) => times > 1),
    'entries written twice',
  ).toEqual([]);

  const used = intents.map(({ approval }) => approval).filter((id) => id !== undefined);
  expect(used.length).toBe(new Set(used).size);
  expect(used.length, 'some approvals were used').toBeGreaterThan(0);

  const closed = new Set(
    records.filter(({ kind }) => kind === 'outcome').map(({ intent }) => intent && placeOf(intent)),
  );
  const open = intents.filter(({ writer }) => !closed.has(placeOf({ ...writer, writer: writer.id })));
  expect(open, 'intents left open').toEqual([]);
  const unknown = records.filter(({ outcome }) => outcome === 'unknown').length;
  console.log(
    `${rounds} kills; ${written.size} writes in the journal, ${attempts.answered} answered, ${intents.length} intents, ` +
      `${unknown} of unknown outcome, ${used.length} of ${attempts.numbers} approvals used; ${records.length} records verify`,
  );
  await up.stop();
});
