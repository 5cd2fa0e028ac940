import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openScene, type Scene } from '../testing/scene.ts';
import { makeFileToken, parseTokenFile, type TokenFileEntry } from './token-file.ts';
import { openTokens, type Tokens } from './tokens.ts';

const operator = { name: 'operator' };
const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
const wish = { subject: 'ci', owner: 'ada', roles: ['writer'], audience: 'mcp' as const, expiresAt };

let scene: Scene;
let tokens: Tokens;
beforeEach(async () => {
  scene = await openScene();
  tokens = await openTokens(scene.store, 'prod');
});
afterEach(() => scene[Symbol.asyncDispose]());

const declare = (...entries: TokenFileEntry[]) =>
  tokens.declare(parseTokenFile('tokens.json', JSON.stringify(entries)));
const kinds = () =>
  scene
    .records()
    .map(({ kind }) => kind)
    .filter((kind) => kind.startsWith('token.'));

describe('tokens of a file', () => {
  it('sign in, and are listed with their source', async () => {
    const { token, entry } = makeFileToken(wish);
    expect(await declare(entry)).toEqual({ added: 1, ended: 0 });
    expect(tokens.authenticate(token, 'mcp')).toMatchObject({
      principal: { subject: 'ci', owner: 'ada', roles: ['writer'] },
      credential: { tokenId: entry.id },
    });
    expect(await tokens.list()).toMatchObject([{ id: entry.id, source: 'file', createdBy: 'token file' }]);
    expect(scene.records().at(-1)).toMatchObject({
      kind: 'token.created',
      detail: { by: 'token file', token: entry.id, subject: 'ci', owner: 'ada', roles: ['writer'] },
    });
    expect(JSON.stringify(scene.rows('select * from tokens'))).not.toContain(token);
  });

  it('change nothing if they are still there, even after a restart', async () => {
    const { token, entry } = makeFileToken(wish);
    await declare(entry);
    const again = await openTokens(scene.store, 'prod');
    expect(await again.declare(parseTokenFile('', JSON.stringify([entry])))).toEqual({ added: 0, ended: 0 });
    expect(again.authenticate(token, 'mcp')).toHaveProperty('principal');
    expect(kinds()).toEqual(['token.created']);
  });

  it('are revoked when they vanish, and tokens that were created here stay', async () => {
    const { token, entry } = makeFileToken(wish);
    const own = await tokens.create(wish, operator);
    await declare(entry);
    const revoked: string[] = [];
    tokens.onRevoked(({ id }) => void revoked.push(id));
    expect(await declare()).toEqual({ added: 0, ended: 1 });
    expect(revoked).toEqual([entry.id]);
    expect(tokens.authenticate(token, 'mcp')).toMatchObject({
      refused: expect.stringContaining('was revoked'),
    });
    expect(tokens.authenticate('token' in own ? own.token : '', 'mcp')).toHaveProperty('principal');
    expect(kinds()).toEqual(['token.created', 'token.created', 'token.revoked']);
  });

  it('end and begin again when their entry changes, and may come back', async () => {
    const { token, entry } = makeFileToken(wish);
    await declare(entry);
    const revoked: string[] = [];
    tokens.onRevoked(({ id }) => void revoked.push(id));
    expect(await declare({ ...entry, roles: ['reader'] })).toEqual({ added: 1, ended: 1 });
    expect(revoked).toEqual([entry.id]);
    expect(tokens.authenticate(token, 'mcp')).toMatchObject({ principal: { roles: ['reader'] } });
    await declare();
    expect(await declare({ ...entry, id: 'another' })).toEqual({ added: 1, ended: 0 });
    expect(tokens.authenticate(token, 'mcp')).toMatchObject({ credential: { tokenId: 'another' } });
    expect(await tokens.list()).toHaveLength(1);
  });

  it('can be revoked only in the file', async () => {
    const { token, entry } = makeFileToken(wish);
    await declare(entry);
    expect(await tokens.revoke(entry.id ?? '', operator)).toEqual({
      refused: `The token ${entry.id} is declared in the token file; remove its entry there.`,
    });
    expect(tokens.authenticate(token, 'mcp')).toHaveProperty('principal');
  });

  it('refuse the whole file if one conflicts with a token created here', async () => {
    const own = await tokens.create(wish, operator);
    if ('refused' in own) throw new Error(own.refused);
    const { entry } = makeFileToken({ ...wish, subject: 'other' });
    const { entry: stranger } = makeFileToken({ ...wish, owner: 'bob' });
    expect(await declare(entry, { ...entry, id: own.info.id, sha256: 'b'.repeat(64) })).toEqual({
      refused: `has the id ${own.info.id} of a token that was created here; give it another id.`,
    });
    expect(await declare(entry, stranger)).toEqual({
      refused: `gives ${stranger.id} the subject \`ci\`, which belongs to ada; choose another subject, or revoke ${own.info.id} first.`,
    });
    expect(await tokens.list()).toHaveLength(1);
  });

  it('keep their subjects from other owners', async () => {
    await declare(makeFileToken(wish).entry);
    expect(await tokens.create({ ...wish, owner: 'bob' }, operator)).toMatchObject({
      refused: expect.stringContaining('already belongs to ada'),
    });
  });
});
