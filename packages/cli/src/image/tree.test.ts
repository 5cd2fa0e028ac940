import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { normaliseTree, treeDigest } from './tree.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tree-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function makeTree(name: string, { file, program }: { file: number; program: number }): string {
  const tree = join(folder, name);
  mkdirSync(join(tree, 'bin'), { recursive: true, mode: 0o700 });
  writeFileSync(join(tree, 'a.js'), 'a');
  writeFileSync(join(tree, 'bin/run'), 'run');
  symlinkSync('../a.js', join(tree, 'bin/link'));
  chmodSync(join(tree, 'a.js'), file);
  chmodSync(join(tree, 'bin/run'), program);
  return tree;
}

test('a tree is readable by everybody and dated alike, whatever the umask was', async () => {
  const tree = makeTree('one', { file: 0o600, program: 0o700 });
  utimesSync(join(tree, 'a.js'), 1e9, 1e9);
  await normaliseTree(tree);
  const status = (path: string) => lstatSync(join(tree, path));
  expect(['', 'a.js', 'bin', 'bin/run'].map((path) => (status(path).mode & 0o7777).toString(8))).toEqual([
    '755',
    '644',
    '755',
    '755',
  ]);
  expect(['', 'a.js', 'bin', 'bin/run', 'bin/link'].map((path) => status(path).mtimeMs)).toEqual([
    0, 0, 0, 0, 0,
  ]);
  expect(readlinkSync(join(tree, 'bin/link'))).toBe('../a.js');
});

test('its digest tells content, names, kinds and what may be run, and nothing else', async () => {
  const tree = makeTree('one', { file: 0o644, program: 0o755 });
  const digest = await treeDigest(tree);
  expect(digest).toMatch(/^[0-9a-f]{64}$/);
  expect(await treeDigest(makeTree('two', { file: 0o600, program: 0o700 }))).toBe(digest);
  const changes: (() => void)[] = [
    () => writeFileSync(join(tree, 'a.js'), 'b'),
    () => chmodSync(join(tree, 'a.js'), 0o755),
    () => symlinkSync('a.js', join(tree, 'b.js')),
    () => mkdirSync(join(tree, 'c')),
    () => writeFileSync(join(tree, 'd'), ''),
  ];
  const seen = new Set([digest]);
  for (const change of changes) {
    change();
    seen.add(await treeDigest(tree));
  }
  expect(seen.size).toBe(changes.length + 1);
});
