import { expect, test } from 'vitest';
import { npmProject, npmUnpinned } from './npm-project.ts';

const integrity = `sha512-${Buffer.alloc(64, 7).toString('base64')}`;
const source = {
  type: 'npm',
  package: '@example/files',
  version: '1.2.3',
  bin: 'index.js',
  lockfile: {
    '': { dependencies: { '@example/files': '1.2.3' } },
    'node_modules/@example/files': { version: '1.2.3', integrity },
    'node_modules/@example/files/node_modules/inner': { version: '1.0.0', inBundle: true },
  },
} as const;

test('the project of a locked tree depends on the package alone, and holds its lock', () => {
  const files = npmProject({ dependencies: { [source.package]: source.version } }, source.lockfile);
  expect(JSON.parse(files['package.json'])).toMatchObject({ dependencies: { '@example/files': '1.2.3' } });
  expect(JSON.parse(files['package-lock.json'])).toMatchObject({
    lockfileVersion: 3,
    packages: { 'node_modules/@example/files': source.lockfile['node_modules/@example/files'] },
  });
});

test('what is bundled has to be in its bundle: npm gets a hash that nothing else has', () => {
  const files = npmProject({ dependencies: {} }, source.lockfile);
  const { packages } = JSON.parse(files['package-lock.json']);
  expect(packages['node_modules/@example/files/node_modules/inner'].integrity).toMatch(/^sha512-A{86}==$/);
});

test('what has no hash is found', () => {
  expect(npmUnpinned(source)).toEqual([]);
  const fromGit = { version: '1.0.0', resolved: 'git+ssh://git@github.com/example/odd.git#1' };
  const lockfile = { ...source.lockfile, 'node_modules/odd': fromGit, 'node_modules/local': { link: true } };
  expect(npmUnpinned({ ...source, lockfile })).toEqual(['node_modules/odd', 'node_modules/local']);
});

test.each<[string, object]>([
  ['an empty hash', { integrity: '' }],
  ['a word', { integrity: 'none' }],
  ['an algorithm that npm skips', { integrity: 'foo-abc' }],
  ['an algorithm that is broken', { integrity: `md5-${Buffer.alloc(16).toString('base64')}` }],
  ['a hash that is cut off', { integrity: 'sha512-abcd' }],
  ['a hash and a word', { integrity: `${integrity} none` }],
  ['a folder', { integrity, link: true, resolved: '../odd' }],
  ['a file', { integrity, resolved: 'file:../odd' }],
  ['a branch in Git', { integrity, resolved: 'git+https://git.example.com/odd.git#main' }],
])('%s is no hash that npm checks', (_, entry) => {
  const lockfile = { 'node_modules/odd': { version: '1.0.0', ...entry } };
  expect(npmUnpinned({ ...source, lockfile })).toEqual(['node_modules/odd']);
});

test('SHA-1, several hashes and an address of an archive are pinned', () => {
  const sha1 = `sha1-${Buffer.alloc(20).toString('base64')}`;
  const resolved = 'https://npm.example.com/old.tgz';
  const lockfile = { 'node_modules/old': { version: '1.0.0', integrity: `${sha1} ${integrity}`, resolved } };
  expect(npmUnpinned({ ...source, lockfile })).toEqual([]);
});
