import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { human } from '../end-to-end/humans.ts';
import { makeProject, type Project, testServer } from '../end-to-end/project.ts';
import { callWithText } from '../end-to-end/raw.ts';
import { forwardedAfterSync } from './trace.ts';

const found = hasStrace();
if (!found)
  console.log('skipped: strace is not on this machine, so the order of sync and forward is not checked');

let project: Project | undefined;

beforeAll(async () => {
  if (!found) return;
  project = await makeProject({
    servers: { journal: testServer('journal.ts', ['${workdir}/journal.txt'], { isolation: 'shared' }) },
    environments: {
      prod: {
        profile: 'prod',
        rules: [{ name: 'free-lines', tools: 'journal/write_line', decision: 'allow' }],
      },
    },
  });
});
afterAll(async () => {
  await project?.remove();
});

it.runIf(found)('the intent of a write is on disk before the write is forwarded', async () => {
  if (project === undefined) return;
  const trace = join(project.folder, 'trace.txt');
  const up = await project.up('prod', {
    under: [
      'strace',
      '-f',
      '-y',
      '-qq',
      '-s',
      '65536',
      '-o',
      trace,
      '-e',
      'trace=write,writev,pwrite64,pwritev,sendto,sendmsg,fsync,fdatasync',
    ],
  });
  const endpoint = `${up.url}/mcp/journal`;
  const token = await up.token({ subject: 'agent', owner: 'alice@example.com' });
  const bob = await human(up, 'bob@example.com', ['approver']);

  const free = Array.from({ length: 10 }, (_, index) => `marker-free-${index}-end`);
  const answers = await Promise.all(
    free.map((line) => callWithText(endpoint, 'write_line', JSON.stringify({ line }), token)),
  );
  for (const { body } of answers) expect(body.result.isError).not.toBe(true);

  const number = 421_000_421;
  const gated = await callWithText(endpoint, 'write_number', `{"number":${number}}`, token);
  await bob.decide(gated.body.result._meta['lockstep/decision'].approval.id, 'approve');
  const done = await callWithText(endpoint, 'write_number', `{"number":${number}}`, token);
  expect(done.body.result.isError).not.toBe(true);
  await up.stop();

  const text = readFileSync(trace, 'utf8');
  for (const marker of [...free, String(number)]) {
    expect(forwardedAfterSync(text, marker), marker).toBe('synced before it was forwarded');
  }
});

function hasStrace(): boolean {
  try {
    execFileSync('strace', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
