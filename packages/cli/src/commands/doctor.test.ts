import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeProject, type Project } from '../project.fixture.ts';

let project: Project;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => project.remove());

interface Row {
  readonly what: string;
  readonly state: string;
  readonly advice: string;
}

async function doctor(...args: string[]): Promise<{ code: number | null; rows: Map<string, Row> }> {
  const { code, stdout } = await project.run('doctor', '--json', ...args);
  return { code, rows: new Map((JSON.parse(stdout) as Row[]).map((row) => [row.what, row])) };
}

test('what is there is ok, and what stands in the way has its advice', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    const { rows } = await doctor('--port', String(port));
    expect(rows.get('Node.js')).toMatchObject({ state: 'ok', found: process.versions.node });
    expect(rows.get('npm')).toMatchObject({ state: 'ok' });
    expect(rows.get(`port ${port}`)).toMatchObject({ state: 'busy', found: 'in use' });
    for (const { state, advice } of rows.values()) expect(advice === '').toBe(state === 'ok');
  } finally {
    server.close();
  }
});

test('a state folder whose sockets would have no place is bad', async () => {
  const long = join('state', 'x'.repeat(60), 'y'.repeat(60));
  mkdirSync(join(project.folder, long), { recursive: true });
  const { code, rows } = await doctor('--state', long);
  expect(code).toBe(1);
  expect(rows.get('state folder')).toMatchObject({
    state: 'bad',
    advice: 'Its path is too long for a socket; choose a shorter one with --state.',
  });
});
