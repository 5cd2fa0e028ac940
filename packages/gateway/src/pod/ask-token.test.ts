import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serveSocket } from '../admin/socket.ts';
import { type AdminScene, openAdminScene } from '../testing/admin-scene.ts';
import { runMode } from '../testing/run-mode.ts';

let scene: AdminScene;
let state: string;
let socket: Awaited<ReturnType<typeof serveSocket>>;
beforeAll(async () => {
  scene = await openAdminScene('kubectl exec');
  state = mkdtempSync(join(tmpdir(), 'lockstep-ask-'));
  mkdirSync(join(state, 'run'));
  socket = await serveSocket(scene.app, join(state, 'run/gateway.sock'));
});
afterAll(async () => {
  await socket.close();
  await scene[Symbol.asyncDispose]();
  rmSync(state, { recursive: true, force: true });
});

const wish = { subject: 'ci', owner: 'dora@example.com', roles: ['writer'], audience: 'mcp' };

async function ask(changes: object = {}) {
  const expiresAt = new Date(Date.now() + 60_000).toISOString();
  const input = JSON.stringify({ ...wish, expiresAt, ...changes });
  const { code, stdout } = await runMode(['token', '--state', state], { input });
  expect(code).toBe(0);
  return JSON.parse(stdout) as { status: number; body: { token?: string; error?: string } };
}

it("gives an agent's token, and the audit says by which way", async () => {
  const { status, body } = await ask();
  expect(status).toBe(201);
  expect(scene.tokens.authenticate(body.token ?? '', 'mcp')).toMatchObject({
    principal: { subject: 'ci', owner: 'dora@example.com', roles: ['writer'] },
  });
  expect(scene.records().at(-1)).toMatchObject({
    kind: 'token.created',
    detail: { by: 'kubectl exec', subject: 'ci', owner: 'dora@example.com' },
  });
});

it.each([
  [
    { audience: 'admin', roles: ['approver'] },
    'In a pod, a token for people comes from the token file alone',
  ],
  [{ roles: ['writer', 'approver'] }, 'In a pod, the role approver comes from the token file alone'],
  [{ roles: ['Not A Role'] }, 'roles[0]: must be'],
])('refuses %j in one sentence', async (changes, sentence) => {
  const { status, body } = await ask(changes);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(body.token).toBeUndefined();
  expect(body.error).toContain(sentence);
});

it('says that no gateway answers', async () => {
  const { code, stderr } = await runMode(['token', '--state', join(state, 'nowhere')], { input: '{}' });
  expect(code).toBe(1);
  expect(JSON.parse(stderr).msg).toContain('No gateway answers at');
});
