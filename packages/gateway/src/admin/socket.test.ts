import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Agent, request } from 'undici';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type AdminScene, openAdminScene } from '../testing/admin-scene.ts';
import { adminListener } from './app.ts';
import { serveSocket } from './socket.ts';

let scene: AdminScene;
let dir: string;
beforeAll(async () => {
  scene = await openAdminScene();
});
afterAll(() => scene[Symbol.asyncDispose]());
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lockstep-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function ask(socketPath: string, path: string): Promise<number> {
  const dispatcher = new Agent({ connect: { socketPath } });
  try {
    const response = await request(`http://localhost${path}`, { dispatcher });
    await response.body.dump();
    return response.statusCode;
  } finally {
    await dispatcher.close();
  }
}

it('serves the operator, and nobody else may open it', async () => {
  const path = join(dir, 'gateway.sock');
  const socket = await serveSocket(scene.app, path);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await ask(path, '/api/v1/tokens')).toBe(200);
  await socket.close();
  await expect(stat(path)).rejects.toThrow('ENOENT');
});

it('makes nobody the operator over TCP, whatever they send', async () => {
  const server = createServer(adminListener(scene.app)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  // The scene's gateway answers to this name.
  const headers = { host: 'localhost:7411', 'x-on-socket': 'true', onsocket: 'true' };
  const response = await request(`http://127.0.0.1:${port}/api/v1/tokens?onSocket=true`, { headers });
  await response.body.dump();
  expect(response.statusCode).toBe(401);
  server.close();
});

it('accepts a request without a body, but none with a body that is too long or has no length', async () => {
  const path = join(dir, 'gateway.sock');
  const socket = await serveSocket(scene.app, path);
  const dispatcher = new Agent({ connect: { socketPath: path } });
  const status = async (method: 'DELETE' | 'POST', url: string, body?: string | Readable) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await request(`http://localhost${url}`, {
      dispatcher,
      method,
      headers,
      body: body ?? null,
    });
    await answer.body.dump();
    return answer.statusCode;
  };
  expect(await status('DELETE', '/api/v1/tokens/tok_nobody')).toBe(404);
  expect(await status('POST', '/api/v1/tokens', Readable.from(['{}']))).toBe(411);
  expect(await status('POST', '/api/v1/tokens', 'x'.repeat(65_537))).toBe(413);
  await dispatcher.close();
  await socket.close();
});

it('refuses a path on which another process answers', async () => {
  const path = join(dir, 'gateway.sock');
  const other = await serveSocket(scene.app, path);
  await expect(serveSocket(scene.app, path)).rejects.toThrow('Another gateway runs on this state folder');
  expect(await ask(path, '/api/v1/status')).toBe(200);
  await other.close();
});

it('replaces a socket that a dead process has left behind', async () => {
  const path = join(dir, 'gateway.sock');
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.stdout.write('up'))`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect((await stat(path)).isSocket()).toBe(true);
  const socket = await serveSocket(scene.app, path);
  expect(await ask(path, '/api/v1/status')).toBe(200);
  await socket.close();
});

it("doesn't replace a file that isn't a socket", async () => {
  const path = join(dir, 'gateway.sock');
  await writeFile(path, 'precious');
  await expect(serveSocket(scene.app, path)).rejects.toThrow("isn't a socket");
});

it('says that a path is too long', async () => {
  await expect(serveSocket(scene.app, join(dir, 'x'.repeat(120)))).rejects.toThrow('shorter path');
});

it("doesn't hang on a process that accepts and doesn't answer", async () => {
  const path = join(dir, 'gateway.sock');
  const mute = createSocketServer().listen(path);
  await once(mute, 'listening');
  await expect(serveSocket(scene.app, path)).rejects.toThrow('Another gateway');
  mute.close();
});
