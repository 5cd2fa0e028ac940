import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, eras, type TestClient } from './clients.ts';
import { makeProject, type Project, testServer } from './project.ts';
import type { Running } from './running.ts';

let project: Project;
let up: Running;

beforeAll(async () => {
  project = await makeProject({
    servers: {
      journal: testServer('journal.ts', ['${workdir}/journal.txt'], { isolation: 'shared' }),
      library: testServer('library.ts', []),
    },
    environments: { dev: { profile: 'dev' }, prod: { profile: 'prod' } },
  });
  up = await project.up('dev');
});
afterAll(async () => {
  await up?.stop();
  await project?.remove();
});

describe.each(eras)('in dev, a client of the %s era', (era) => {
  let all: TestClient;
  let journal: TestClient;

  beforeAll(async () => {
    all = await connect(era, `${up.url}/mcp`);
    journal = await connect(era, `${up.url}/mcp/journal`);
  });
  afterAll(async () => {
    await all?.close();
    await journal?.close();
  });

  it("sees the tools that it may use, under composed names or the server's own", async () => {
    const names = (await all.tools()).map(({ name }) => name);
    expect(names).toContain('journal__read_lines');
    expect(names).toContain('library__find');
    expect(names).not.toContain('journal__write_line');
    expect(names).not.toContain('journal__erase');
    const own = (await journal.tools()).map(({ name }) => name);
    expect(own).toContain('read_lines');
    expect(own).not.toContain('find');
  });

  it('can read', async () => {
    expect(await all.call('journal__read_lines')).toMatchObject({ isError: false, text: '' });
    expect(await journal.call('read_lines')).toMatchObject({ isError: false, text: '' });
    expect(await all.call('library__find', { name: 'emma' })).toMatchObject({ text: 'Emma Woodhouse' });
  });

  it('gets one sentence that names the clause when a write is refused, and nothing is written', async () => {
    for (const refused of [
      await all.call('journal__write_line', { line: 'no' }),
      await journal.call('write_line', { line: 'no' }),
    ]) {
      expect(refused.isError).toBe(true);
      expect(refused.text).toMatch(/^journal\/write_line is refused by profile\.dev: \S/);
      expect(refused.text.split('\n')).toHaveLength(1);
      expect(refused.decision).toMatchObject({ target: 'journal/write_line', decision: 'deny' });
    }
    expect(existsSync(join(up.state, 'work/journal.txt'))).toBe(false);
  });

  it('can tell an unknown tool from a denied one', async () => {
    await expect(all.call('journal__wrrite_line', { line: 'no' })).rejects.toThrow(/wrrite_line/);
    await expect(all.call('nowhere__anything')).rejects.toThrow(/nowhere/);
  });

  it('may not send arguments that do not fit the locked schema', async () => {
    const refused = await all.call('library__find', { name: 7 });
    expect(refused.isError).toBe(true);
    expect(refused.text).toMatch(/name/);
  });

  it('uses prompts, resources and completions', async () => {
    const { client } = all;
    const { prompts } = await client.listPrompts();
    expect(prompts.map(({ name }) => name)).toEqual(['library__summarise']);
    const prompt = await client.getPrompt({ name: 'library__summarise', arguments: { book: 'emma' } });
    expect(JSON.stringify(prompt.messages)).toContain('Summarise emma.');
    const { resources } = await client.listResources();
    expect(resources.map(({ name }) => name)).toEqual(['catalogue']);
    const read = await client.readResource({ uri: resources[0]?.uri ?? '' });
    expect(JSON.stringify(read.contents)).toContain('ulysses');
    expect((await client.listResourceTemplates()).resourceTemplates).toHaveLength(1);
    const completed = await client.complete({
      ref: { type: 'ref/prompt', name: 'library__summarise' },
      argument: { name: 'book', value: 'e' },
    });
    expect(completed.completion.values).toEqual(['emma']);
  });
});

describe('the audit of these calls', () => {
  it('has each call and its caller, and verifies', async () => {
    const searched = await project.lockstep(['audit', 'search', '--json', '--tool', 'journal/write_line']);
    expect(searched.code, searched.stderr).toBe(0);
    const { records } = JSON.parse(searched.stdout);
    expect(records.length).toBeGreaterThanOrEqual(4);
    for (const { record } of records) {
      expect(record).toMatchObject({
        kind: 'call',
        outcome: 'refused',
        decision: 'deny',
        clause: expect.stringMatching(/# profile\.dev$/),
        principal: { issuer: 'lockstep:local' },
        client: { name: 'end-to-end' },
        arguments: { line: 'no' },
      });
    }
    const verified = await project.lockstep(['audit', 'verify']);
    expect(verified, verified.stderr).toMatchObject({ code: 0 });
  });
});
