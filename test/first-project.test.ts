import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

// What `lockstep init` writes is reviewed here, with everything else.

const root = resolve(import.meta.dirname, '..');
const read = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'));
const template = 'packages/cli/template';

it('has the versions that this repository is tested with', () => {
  const { dependencies, devDependencies, optionalDependencies } = read(`${template}/package.json`);
  const ours = read('package.json');
  expect(read('stacks/package.json').dependencies).toMatchObject(others(dependencies));
  expect(ours.devDependencies).toMatchObject(devDependencies);
  expect(optionalDependencies).toEqual(read('scripts/setup/package.json').optionalDependencies);
});

it('locks what our own stacks lock', () => {
  const { releases } = read(`${template}/stacks/tools.lock.json`).servers.files;
  expect(read('stacks/tools.lock.json').servers.files.releases).toMatchObject(releases);
});

/** Without our own, whose versions `init` fills in. */
function others(dependencies: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(dependencies).filter(([, version]) => version !== '*'));
}
