import { until } from '@lockstep/testing/until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type TestClient } from './clients.ts';
import { makeProject, type Project, testServer } from './project.ts';
import type { Running } from './running.ts';
import { makeTrigger } from './trigger.ts';

let project: Project;
let up: Running;
let client: TestClient;
const trigger = makeTrigger();

beforeAll(async () => {
  project = await makeProject({
    servers: {
      words: testServer('changing.ts', [trigger.path], { isolation: 'shared' }),
      notes: testServer('stateful.ts', ['${principaldir}']),
    },
    environments: { dev: { profile: 'dev' } },
  });
  up = await project.up('dev');
  client = await connect('modern', `${up.url}/mcp`);
});
afterAll(async () => {
  await client?.close();
  await up?.stop();
  await project?.remove();
  trigger.remove();
});

describe('a description that changes after the lock', () => {
  it('is refused while it differs, and everything else works', async () => {
    expect(await client.call('words__lookup', { word: 'peace' })).toMatchObject({ text: 'peace: a word' });
    trigger.pull();
    const refused = await until('the change is noticed', async () => {
      const answer = await client.call('words__lookup', { word: 'peace' });
      return answer.isError ? answer : undefined;
    });
    expect(refused.text).toMatch(/words\/lookup is quarantined: .*descri/);
    expect(refused.text).not.toContain('evil.example');
    expect(await client.call('words__steady')).toMatchObject({ isError: false, text: 'steady' });
    expect((await client.call('notes__recall')).isError).toBe(false);

    const tools = await client.tools();
    expect(tools.map(({ name }) => name)).not.toContain('words__lookup');
    expect(JSON.stringify(tools)).not.toContain('evil.example');
  });

  it('fails `lock --check`, which names the change and the version step', async () => {
    trigger.pull();
    const checked = await project.lockstep(['lock', '--check']);
    expect(checked.code, checked.stderr).toBe(1);
    const said = checked.stdout + checked.stderr;
    expect(said).toMatch(/lookup.*description/);
    expect(said).toMatch(/\b(major|minor|patch)\b/);
    expect(said).not.toMatch(/steady/);
  });

  it('is back once the server offers the locked definition again', async () => {
    trigger.release();
    await until(
      'the quarantine is lifted',
      async () => !(await client.call('words__lookup', { word: 'a' })).isError,
    );
    const checked = await project.lockstep(['lock', '--check']);
    expect(checked.code, checked.stdout + checked.stderr).toBe(0);
  });
});
