import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  lockedRelease,
  lockedTool,
  lockOfFiles,
  makeProject,
  type Project,
  program,
} from '../project.fixture.ts';
import { type RunningUp, startUp } from './running.fixture.ts';

let project: Project;
let up: RunningUp | undefined;

// Listening beyond loopback takes a token, which is made while it runs here.
beforeAll(async () => {
  project = makeProject({
    'stacks/environments.ts': program({
      servers: "  files: { run: { npm: '@example/files' }, needs: ['NEVER_SET'] },",
      environments: "    dev: { profile: 'dev', releases: { files: '1.0.0' } },",
    }),
    'stacks/tools.lock.json': lockOfFiles({ '1.0.0': lockedRelease('1.0.0', [lockedTool('peek', 'read')]) }),
  });
  expect(await project.lockstep(['up', '--port', '0', '--host', '0.0.0.0'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("doesn't listen on 0.0.0.0 without authentication"),
  });
  up = await startUp(project);
  await project.run('token', 'create', 'ci', '--owner', 'ada');
  await stop();
});
afterEach(stop);
afterAll(() => project.remove());

async function stop(): Promise<void> {
  if (up === undefined || up.process.exitCode !== null) return;
  const ended = once(up.process, 'exit');
  up.process.kill('SIGTERM');
  await ended;
}

/** What a client that uses this name gets: 401 is an answer, 403 is none. */
function statusAs(host: string, url: string): Promise<number | undefined> {
  return new Promise((settle, reject) => {
    const { port } = new URL(url);
    request({ host: '127.0.0.1', port, path: '/mcp', headers: { host } }, (response) => {
      response.resume();
      settle(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

const address = () => /serves (\S+)$/m.exec(up?.stdout ?? '')?.[1] ?? '';

test('on all addresses, it prints one that works here, and says what lets others in', async () => {
  up = await startUp(project, '--host', '0.0.0.0');
  expect(address()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/);
  expect(up.stdout).toMatch(/answers to this machine's own names alone; .* --allow-host \S+\.$/m);
  expect(up.stdout).toContain('Every caller needs a token');
  expect(await statusAs(new URL(address()).host, address())).toBe(401);
  expect(await statusAs('mcp.example.com', address())).toBe(403);
});

test('it answers to the hosts that are allowed, and prints the first', async () => {
  up = await startUp(
    project,
    ...['--host', '0.0.0.0', '--allow-host', 'mcp.example.com', '--allow-host', '192.0.2.10:8080'],
  );
  expect(address()).toMatch(/^http:\/\/mcp\.example\.com:\d+\/mcp$/);
  expect(up.stdout).not.toContain('--allow-host');
  expect((await project.run('connect', 'json')).stdout).toContain(address());
  expect(await statusAs(new URL(address()).host, address())).toBe(401);
  expect(await statusAs('mcp.example.com', address())).toBe(401);
  expect(await statusAs('192.0.2.10:8080', address())).toBe(401);
  expect(await statusAs('192.0.2.10:8081', address())).toBe(403);
});

test('what is no host is refused before anything is started', async () => {
  expect(await project.run('up', '--allow-host', 'https://mcp.example.com/')).toMatchObject({
    code: 2,
    stderr:
      "lockstep: --allow-host https://mcp.example.com/ isn't a host; write it like mcp.example.com or mcp.example.com:8443.\n",
  });
});
