import { isAlive } from '@lockstep/testing/process';
import { until } from '@lockstep/testing/until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, eras } from './clients.ts';
import { makeProject, type Project, testServer } from './project.ts';
import type { Running } from './running.ts';

interface Notes {
  memory: string[];
  file: string[];
  pid: number;
  folder: string;
}

let project: Project;
let up: Running;

beforeAll(async () => {
  project = await makeProject({
    servers: { notes: testServer('stateful.ts', ['${principaldir}']) },
    environments: { staging: { profile: 'staging' } },
  });
  up = await project.up('staging');
});
afterAll(async () => {
  await up?.stop();
  await project?.remove();
});

describe.each(eras)('two principals of one stdio server, in the %s era', (era) => {
  it('see nothing of each other in its memory or its files', async () => {
    const seen: Notes[] = [];
    const names = [`ann-${era}`, `ben-${era}`];
    const clients = await Promise.all(
      names.map(async (subject) =>
        connect(era, `${up.url}/mcp`, await up.token({ subject, owner: 'one-human@example.com' })),
      ),
    );
    for (const [index, client] of clients.entries()) {
      await client.call('notes__remember', { note: `secret of ${names[index]}` });
    }
    for (const client of clients) seen.push(JSON.parse((await client.call('notes__recall')).text));
    for (const [index, notes] of seen.entries()) {
      expect(notes.memory).toEqual([`secret of ${names[index]}`]);
      expect(notes.file).toEqual([`secret of ${names[index]}`]);
    }
    expect(seen[0]?.pid).not.toBe(seen[1]?.pid);
    expect(seen[0]?.folder).not.toBe(seen[1]?.folder);
    for (const client of clients) await client.close();
  });

  it('are the same principal with a second client, whatever it calls itself', async () => {
    const token = await up.token({ subject: `cid-${era}` });
    const first = await connect(era, `${up.url}/mcp`, token);
    await first.call('notes__remember', { note: 'mine' });
    await first.close();
    const second = await connect(era === 'modern' ? 'legacy' : 'modern', `${up.url}/mcp/notes`, token);
    expect((JSON.parse((await second.call('recall')).text) as Notes).memory).toEqual(['mine']);
    await second.close();
  });
});

describe('the end of a gateway', () => {
  it('leaves no process after Ctrl-C', async () => {
    const other = await project.up('staging').catch((error: unknown) => String(error));
    expect(other, 'a second gateway on the same state is refused').toMatch(/lockstep up ended/);
    const client = await connect('modern', `${up.url}/mcp`);
    const { pid } = JSON.parse((await client.call('notes__recall')).text) as Notes;
    expect(await isAlive(pid)).toBe(true);
    await client.close();
    expect(await up.stop()).toBe(0);
    expect(await isAlive(pid)).toBe(false);
  });

  it('leaves no process after kill -9 either, and the next start needs no help', async () => {
    up = await project.up('staging');
    const client = await connect('modern', `${up.url}/mcp`);
    const { pid } = JSON.parse((await client.call('notes__recall')).text) as Notes;
    await client.close();
    await up.kill();
    await until('the server is gone', async () => !(await isAlive(pid)));
    up = await project.up('staging');
    const verified = await project.lockstep(['audit', 'verify']);
    expect(verified.code, verified.stdout + verified.stderr).toBe(0);
  });
});
