import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openKeys } from './keys.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lockstep-salt-'));
});
afterEach(() => rm(dir, { recursive: true }));

it('makes a different salt each time, and opens each again', async () => {
  const keys = await openKeys(dir);
  const [one, two] = [keys.newSalt(), keys.newSalt()];
  expect(one.salt).not.toBe(two.salt);
  expect(one.sealed).not.toContain(one.salt);
  expect([keys.openSalt(one.sealed), keys.openSalt(two.sealed)]).toEqual([one.salt, two.salt]);
});

it('opens what a retired key made, and says which key is missing', async () => {
  const { sealed, salt } = (await openKeys(dir)).newSalt();
  await rename(join(dir, 'root.key'), join(dir, 'root.key.1'));
  expect((await openKeys(dir)).openSalt(sealed)).toBe(salt);
  await rm(join(dir, 'root.key.1'));
  const without = await openKeys(dir);
  expect(() => without.openSalt(sealed)).toThrow(
    'that made this salt is missing; restore it beside root.key',
  );
});
