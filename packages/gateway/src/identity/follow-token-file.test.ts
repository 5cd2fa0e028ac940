import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@lockstep/testing/folder';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openScene, type Scene } from '../testing/scene.ts';
import { followTokenFile } from './follow-token-file.ts';
import { makeFileToken } from './token-file.ts';
import { openTokens, type Tokens } from './tokens.ts';

const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
const { token, entry } = makeFileToken({
  subject: 'ci',
  owner: 'ada',
  roles: [],
  audience: 'mcp',
  expiresAt,
});

let scene: Scene;
let tokens: Tokens;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let path: string;
let stop = () => {};
const log = { info: vi.fn(), error: vi.fn() };

beforeEach(async () => {
  scene = await openScene();
  tokens = await openTokens(scene.store, 'prod');
  folder = await temporaryFolder();
  path = join(folder.path, 'tokens.json');
});
afterEach(async () => {
  stop();
  log.error.mockClear();
  await scene[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const write = (entries: unknown) => writeFile(path, JSON.stringify(entries));
const isIn = () => 'principal' in tokens.authenticate(token, 'mcp');

describe('a token file', () => {
  it('takes effect at once, and whenever it changes', async () => {
    await write([entry]);
    stop = await followTokenFile(path, tokens, log);
    expect(isIn()).toBe(true);
    await write([]);
    await vi.waitFor(() => expect(isIn()).toBe(false), { timeout: 5000 });
  });

  it("keeps the gateway from starting if it can't be used", async () => {
    await expect(followTokenFile(path, tokens, log)).rejects.toThrow(
      /tokens\.json: can't be read \(ENOENT\)/,
    );
    await write([{ ...entry, sha256: 'short' }]);
    await expect(followTokenFile(path, tokens, log)).rejects.toThrow(/tokens\.json\[0\]\.sha256: must be/);
  });

  it.each([
    ['malformed', () => write('none'), 'must be a list'],
    ['gone', () => rm(path), 'ENOENT'],
  ])(
    'leaves the tokens in force when it becomes %s, is reported once, and counts again when corrected',
    async (_what, spoil, why) => {
      await write([entry]);
      stop = await followTokenFile(path, tokens, log);
      await spoil();
      await vi.waitFor(() => expect(log.error).toHaveBeenCalled(), { timeout: 5000 });
      expect(log.error.mock.calls).toEqual([
        [{ why: expect.stringContaining(why) }, expect.stringContaining('stay')],
      ]);
      expect(isIn()).toBe(true);
      await write([]);
      await vi.waitFor(() => expect(isIn()).toBe(false), { timeout: 5000 });
    },
  );

  it('revokes its tokens when it is no longer named', async () => {
    await write([entry]);
    (await followTokenFile(path, tokens, log))();
    await followTokenFile(undefined, tokens, log);
    expect(isIn()).toBe(false);
  });
});
