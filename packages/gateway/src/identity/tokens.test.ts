import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TokenInfo } from '@lockstep/model/admin';
import { type NewToken, newTokenSchema } from '@lockstep/model/admin';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openScene, type Scene } from '../testing/scene.ts';
import { openTokens, type Tokens } from './tokens.ts';

const operator = { name: 'operator' };
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

let scene: Scene;
let tokens: Tokens;
beforeAll(async () => {
  scene = await openScene();
  tokens = await openTokens(scene.store, 'prod');
});
afterAll(() => scene[Symbol.asyncDispose]());

async function create(changes: Partial<NewToken> = {}): Promise<{ token: string; info: TokenInfo }> {
  const created = await tokens.create(
    {
      subject: 'agent',
      owner: 'Anna',
      roles: ['developer'],
      audience: 'mcp',
      expiresAt: inAnHour(),
      ...changes,
    },
    operator,
  );
  if ('refused' in created) throw new Error(created.refused);
  return created;
}

describe('tokens', () => {
  it('signs its holder in', async () => {
    const { token, info } = await create();
    expect(token).toMatch(/^lks_[A-Za-z0-9_-]{43}$/);
    expect(tokens.authenticate(token, 'mcp')).toEqual({
      principal: { issuer: 'lockstep:token', subject: 'agent', owner: 'Anna', roles: ['developer'] },
      credential: { tokenId: info.id, expiresAt: Date.parse(info.expiresAt) },
    });
  });

  it('is for one audience only', async () => {
    const mcp = await create({ audience: 'mcp', roles: ['admin', 'approver'] });
    const admin = await create({ audience: 'admin', roles: ['admin'] });
    expect(tokens.authenticate(mcp.token, 'admin')).toMatchObject({
      refused: expect.stringContaining('for `mcp`'),
    });
    expect(tokens.authenticate(admin.token, 'mcp')).toMatchObject({
      refused: expect.stringContaining('for `admin`'),
    });
    expect(tokens.active(mcp.info.id, 'admin')).toHaveProperty('refused');
  });

  it.each(['', 'lks_', 'x', `lks_${'A'.repeat(43)}`])('refuses %j', (presented) => {
    expect(tokens.authenticate(presented, 'mcp')).toEqual({ refused: expect.stringContaining('unknown') });
  });

  it('is refused as soon as it is revoked, and listeners are told', async () => {
    const { token, info } = await create();
    const told: string[] = [];
    const stop = tokens.onRevoked(({ id }) => told.push(id));
    await tokens.revoke(info.id, { name: 'Carol' });
    expect(tokens.authenticate(token, 'mcp')).toEqual({
      refused: expect.stringContaining('was revoked'),
      tokenId: info.id,
    });
    // Revoking it again changes nothing.
    expect(await tokens.revoke(info.id, { name: 'Dora' })).toMatchObject({ revokedBy: 'Carol' });
    stop();
    expect(told).toEqual([info.id]);
    expect(await tokens.revoke('tok_nope', operator)).toMatchObject({
      refused: expect.stringContaining('`tok_nope`'),
    });
  });

  it('ends when it expires', async () => {
    const { token, info } = await create({ expiresAt: new Date(Date.now() + 40).toISOString() });
    await expect
      .poll(() => tokens.authenticate(token, 'mcp'))
      .toEqual({
        refused: expect.stringContaining('expired'),
        tokenId: info.id,
      });
    expect(tokens.active(info.id, 'mcp')).toHaveProperty('refused');
  });

  it("isn't created if it has already expired", async () => {
    await expect(create({ expiresAt: '2020-01-01T00:00:00.000Z' })).rejects.toThrow(
      '`expiresAt` is 2020-01-01',
    );
  });

  it('gives each subject only one owner', async () => {
    await create({ subject: 'ci', owner: 'Anna' });
    await create({ subject: 'ci', owner: 'anna ' });
    await expect(create({ subject: 'ci', owner: 'Ben' })).rejects.toThrow('already belongs to Anna');
  });

  it('is the same after a restart', async () => {
    const kept = await create({ subject: 'kept' });
    const gone = await create({ subject: 'gone' });
    await tokens.revoke(gone.info.id, operator);
    const again = await openTokens(scene.store, 'prod');
    expect(again.authenticate(kept.token, 'mcp')).toMatchObject({ principal: { subject: 'kept' } });
    expect(again.authenticate(gone.token, 'mcp')).toMatchObject({
      refused: expect.stringContaining('revoked'),
    });
  });

  it('is listed and recorded, without its secret', async () => {
    const { token, info } = await create({ subject: 'secretive' });
    expect(await tokens.list()).toContainEqual(info);
    await tokens.revoke(info.id, { name: 'Carol' });
    const ofIt = scene.records().filter(({ detail }) => JSON.stringify(detail ?? {}).includes(info.id));
    expect(ofIt).toMatchObject([
      {
        kind: 'token.created',
        detail: { by: 'operator', subject: 'secretive', owner: 'Anna', audience: 'mcp' },
      },
      { kind: 'token.revoked', detail: { by: 'Carol', token: info.id } },
    ]);
    await scene.store.flush();
    for (const name of readdirSync(scene.dir)) {
      expect(readFileSync(join(scene.dir, name)).includes(token.slice(4))).toBe(false);
    }
  });
});

describe('newTokenSchema', () => {
  const good = {
    subject: 'a',
    owner: 'b',
    roles: ['developer'],
    audience: 'mcp',
    expiresAt: '2030-01-01T00:00:00+02:00',
  };

  it('reads times with any offset', () => {
    expect(newTokenSchema.parse(good)).toMatchObject({ expiresAt: '2029-12-31T22:00:00.000Z' });
  });

  it.each([
    { subject: '' },
    { subject: 'a\u202Eb' },
    { subject: 'a\nb' },
    { owner: ' ' },
    { owner: undefined },
    { owner: 'Ann\u200Ba' },
    { roles: ['Admin'] },
    { audience: 'both' },
    { audience: ['mcp', 'admin'] },
    { expiresAt: undefined },
    { expiresAt: 'tomorrow' },
    { expiresAt: '2030-01-01' },
    { more: 1 },
  ])('refuses %j', (change) => {
    expect(newTokenSchema.safeParse({ ...good, ...change }).success).toBe(false);
  });
});
