import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { countPackages, neededPackages } from '../../scripts/setup/needed.mjs';
import { command, commandWithNode, host } from '../../scripts/setup/set-up.mjs';
import { root } from '../imports.ts';

/** What `npm start` may install. Raise it only with a change that needs more, and say so in its commit. */
const budget = { packages: 100, megabytes: 49.7 };
/** Node itself, where the machine's own is older than the command needs. */
const nodeBudget = { packages: 1, megabytes: 200 };

const { packages: locked } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
const forStart = neededPackages(locked, host, command);
const withNode = neededPackages(locked, host, commandWithNode);

/** What the files of installed packages weigh. The lock has no sizes, but its integrities stand for these files. */
function bytesOf(paths: readonly string[]): number {
  return paths.flatMap(filesOf).reduce((sum, file) => sum + statSync(file).size, 0);
}

function filesOf(path: string): string[] {
  return readdirSync(join(root, path), { withFileTypes: true }).flatMap((entry) => {
    if (entry.isFile()) return [join(root, path, entry.name)];
    return entry.isDirectory() && entry.name !== 'node_modules' ? filesOf(join(path, entry.name)) : [];
  });
}

const fetched = (packages: typeof forStart) =>
  Object.keys(packages).filter((path) => packages[path]?.link !== true);

it('`npm start` installs no more than its budget', () => {
  expect(countPackages(forStart)).toBeLessThanOrEqual(budget.packages);
  expect(bytesOf(fetched(forStart)) / 1e6).toBeLessThanOrEqual(budget.megabytes);
});

it('Node comes with it where the machine has an older one, and nothing else does', () => {
  const added = fetched(withNode).filter((path) => forStart[path] === undefined);
  expect(added).toHaveLength(nodeBudget.packages);
  expect(added[0]).toMatch(/^node_modules\/node-/);
  expect(bytesOf(added) / 1e6).toBeLessThanOrEqual(nodeBudget.megabytes);
});

it('leaves out the Pulumi SDKs and the tools', () => {
  const paths = fetched(withNode).join('\n');
  expect(paths).not.toMatch(/@pulumi|typescript|vitest|@biomejs|typedoc|esbuild|modelcontextprotocol\/sdk/);
});

it('every other script sets up everything first', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const names = Object.keys(scripts).filter((name) => scripts[`pre${name}`] !== undefined);
  const main = Object.keys(scripts).filter((name) => !/^pre/.test(name));
  const wrong = main.filter((name) => {
    const first = names.includes(name) ? scripts[`pre${name}`] : scripts[name];
    const expected = ['start', 'lockstep'].includes(name)
      ? /^node scripts\/setup\.mjs start$/
      : /^node scripts\/setup\.mjs( &&|$)/;
    return !expected.test(first);
  });
  expect(wrong).toEqual([]);
});
