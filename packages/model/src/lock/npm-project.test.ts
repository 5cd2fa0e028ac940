import { expect, test } from 'vitest';
import { npmProject, npmUnpinned } from './npm-project.ts';

const source = {
  type: 'npm',
  package: '@example/files',
  version: '1.2.3',
  bin: 'index.js',
  lockfile: {
    '': { dependencies: { '@example/files': '1.2.3' } },
    'node_modules/@example/files': { version: '1.2.3', integrity: 'sha512-x' },
    'node_modules/@example/files/node_modules/inner': { version: '1.0.0', inBundle: true },
  },
} as const;

test('the project of a locked tree depends on the package alone, and holds the lock as it is', () => {
  const files = npmProject({ dependencies: { [source.package]: source.version } }, source.lockfile);
  expect(JSON.parse(files['package.json'])).toMatchObject({ dependencies: { '@example/files': '1.2.3' } });
  expect(JSON.parse(files['package-lock.json'])).toMatchObject({
    lockfileVersion: 3,
    packages: source.lockfile,
  });
});

test('what has no hash is found', () => {
  expect(npmUnpinned(source)).toEqual([]);
  const fromGit = { version: '1.0.0', resolved: 'git+ssh://git@github.com/example/odd.git#1' };
  const lockfile = { ...source.lockfile, 'node_modules/odd': fromGit, 'node_modules/local': { link: true } };
  expect(npmUnpinned({ ...source, lockfile })).toEqual(['node_modules/odd', 'node_modules/local']);
});
