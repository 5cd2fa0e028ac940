import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { installAll, packageFolder } from './install.ts';
import type { NpmSource } from './npm.ts';

// An `npm` that unpacks what the lock lists, but nothing for other platforms, and writes down what it was asked for.
const fakeNpm = `#!${process.execPath}
const { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const { '': root, ...packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages;
appendFileSync(process.env.FAKE + '/calls', JSON.stringify(Object.values(packages).map(({ integrity }) => integrity).sort()) + '\\n');
if (existsSync(process.env.FAKE + '/fail')) {
  console.error('npm error code EINTEGRITY\\nnpm error sha512-a integrity checksum failed');
  process.exit(1);
}
for (const [path, { integrity, optional, os }] of Object.entries(packages)) {
  if (os) { if (optional) continue; console.error('npm error notsup Unsupported platform'); process.exit(1); }
  mkdirSync(path, { recursive: true });
  writeFileSync(path + '/main.js', integrity ?? '');
}
`;

let fake: string;
let packages: string;
beforeEach(() => {
  fake = mkdtempSync(join(tmpdir(), 'fake-npm-'));
  packages = join(fake, 'state/packages');
  mkdirSync(join(fake, 'project'));
  writeFileSync(join(fake, 'npm'), fakeNpm);
  chmodSync(join(fake, 'npm'), 0o755);
  vi.stubEnv('PATH', `${fake}${delimiter}${process.env.PATH}`);
  vi.stubEnv('FAKE', fake);
  vi.stubEnv('npm_execpath', undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(fake, { recursive: true, force: true });
});

type Lockfile = NpmSource['lockfile'];

const hashOf = (name: string) => `sha512-${createHash('sha512').update(name).digest('base64')}`;

/** A tree of a server's package and of what else its lock lists. */
function tree(name: string, rest: Lockfile): NpmSource {
  const own = { version: '1.0.0', integrity: hashOf(name), bin: { [name]: './main.js' } };
  return {
    type: 'npm',
    package: name,
    version: '1.0.0',
    bin: 'main.js',
    lockfile: { '': { dependencies: { [name]: '1.0.0' } }, [`node_modules/${name}`]: own, ...rest },
  };
}

const common = { 'node_modules/common': { version: '2.0.0', integrity: hashOf('common') } };
const installAllHere = (...sources: NpmSource[]) => installAll(sources, packages, join(fake, 'project'));
const calls = () =>
  readFileSync(join(fake, 'calls'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const files = (source: NpmSource) =>
  readdirSync(packageFolder(source, packages), { recursive: true, encoding: 'utf8' })
    .filter((path) => /main\.js$|\.bin\//.test(path))
    .sort();

test('fetches what trees have in common once, and puts each together as its lock says', async () => {
  const one = tree('one', common);
  const two = tree('two', {
    ...common,
    'node_modules/@a/b': { version: '1.0.0', integrity: hashOf('b') },
    // Another version, where only `@a/b` finds it.
    'node_modules/@a/b/node_modules/common': { version: '1.0.0', integrity: hashOf('older') },
  });
  await installAllHere(one, two);
  expect(calls()).toEqual([['b', 'common', 'older', 'one', 'two'].map(hashOf).sort()]);
  expect(files(one)).toEqual([
    'node_modules/.bin/one',
    'node_modules/common/main.js',
    'node_modules/one/main.js',
  ]);
  expect(files(two)).toEqual([
    'node_modules/.bin/two',
    'node_modules/@a/b/main.js',
    'node_modules/@a/b/node_modules/common/main.js',
    'node_modules/common/main.js',
    'node_modules/two/main.js',
  ]);
  const inTwo = (path: string) => join(packageFolder(two, packages), 'node_modules', path);
  expect(readFileSync(inTwo('common/main.js'), 'utf8')).toBe(hashOf('common'));
  expect(readFileSync(inTwo('@a/b/node_modules/common/main.js'), 'utf8')).toBe(hashOf('older'));
  expect(statSync(inTwo('.bin/two')).mode & 0o111).toBe(0o111);
  expect(readdirSync(packages)).toHaveLength(2);
});

test('shares no file between trees: a server that writes to its own changes no other', async () => {
  const [one, two] = [tree('one', common), tree('two', common)];
  await installAllHere(one, two);
  const path = (source: NpmSource) => join(packageFolder(source, packages), 'node_modules/common/main.js');
  writeFileSync(path(one), 'changed');
  expect(readFileSync(path(two), 'utf8')).toBe(hashOf('common'));
});

test('leaves out what is for other platforms, with all that is in it, but never what is required', async () => {
  const windows = { version: '1.0.0', os: ['win32'] };
  const optional = tree('one', {
    'node_modules/win': { ...windows, integrity: hashOf('win'), optional: true },
    'node_modules/win/node_modules/common': { ...common['node_modules/common'], optional: true },
  });
  const two = tree('two', common);
  await installAllHere(optional, two);
  expect(files(optional)).toEqual(['node_modules/.bin/one', 'node_modules/one/main.js']);
  const required = tree('three', { 'node_modules/win': { ...windows, integrity: hashOf('win') } });
  await expect(installAllHere(required, tree('four', common))).rejects.toThrow('Unsupported platform');
});

test("a tree with a package that isn't from a registry is installed by itself", async () => {
  const git = tree('git', {
    'node_modules/fork': { version: '1.0.0', resolved: 'git+ssh://git@example.com/fork.git#0a1b2c' },
  });
  await installAllHere(tree('one', common), git, tree('two', common));
  expect(calls()).toHaveLength(2);
  expect(files(git)).toContain('node_modules/fork/main.js');
});

test('trees share nothing that npm checks no hash of', async () => {
  const odd = { 'node_modules/common': { version: '2.0.0', integrity: 'none' } };
  const other = { 'node_modules/other': { version: '2.0.0', integrity: 'none' } };
  await installAllHere(tree('one', odd), tree('two', other));
  expect(calls()).toHaveLength(2);
});

test("a failure leaves nothing behind, and names the packages and npm's reason", async () => {
  writeFileSync(join(fake, 'fail'), '');
  await expect(installAllHere(tree('one', common), tree('two', common))).rejects.toThrow(
    "npm can't install one 1.0.0, two 1.0.0: sha512-a integrity checksum failed.",
  );
  expect(existsSync(packages) && readdirSync(packages)).toEqual([]);
});
