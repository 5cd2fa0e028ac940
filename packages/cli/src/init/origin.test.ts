import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { neededPackages, originOf } from './origin.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-origin-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, content: object | string = ''): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
}

/** The command's package, as npm and as pnpm install it. */
const installed = () => join(folder, 'node_modules/@lockstep/cli');
const linked = () => join(folder, 'node_modules/.pnpm/@lockstep+cli@1/node_modules/@lockstep/cli');

const vendored = Object.fromEntries(
  neededPackages.map((name) => [name, `file:vendor/${name.split('/')[1]}.tgz`]),
);

test('a clone packs itself', () => {
  const clone = resolve(import.meta.dirname, '../../../..');
  expect(originOf(join(clone, 'packages/cli'))).toEqual({ type: 'clone', folder: clone });
});

test('a project that has tarballs hands on its own', () => {
  write('package.json', { dependencies: vendored });
  for (const name of neededPackages) write(`vendor/${name.split('/')[1]}.tgz`);
  const files = new Map(
    neededPackages.map((name) => [name, join(folder, 'vendor', `${name.split('/')[1]}.tgz`)]),
  );
  expect(originOf(installed())).toEqual({ type: 'tarballs', files });
  expect(originOf(linked())).toEqual({ type: 'tarballs', files });
});

test('a tarball that is gone is named', () => {
  write('package.json', { dependencies: vendored });
  expect(() => originOf(installed())).toThrow(
    `\`init\` doesn't find ${join(folder, 'vendor/cli.tgz')}; put it back, or run it in a clone of Lockstep: \`npm run lockstep -- init <folder>\`.`,
  );
});

test('what came from a registry is depended on by its version', () => {
  write('package.json', { devDependencies: { '@lockstep/cli': '1.0.0' } });
  expect(originOf(installed())).toEqual({ type: 'registry' });
});

/** The command's package, installed for all of the machine. */
const global = 'lib/node_modules/@lockstep/cli';

test('without a project, a release is depended on by its version', () => {
  write(`${global}/package.json`, {
    version: '1.0.0',
    lockstep: { gatewayImage: 'ghcr.io/example/gateway' },
  });
  expect(originOf(join(folder, global))).toEqual({ type: 'registry' });
});

test('without a project and a release there is nothing to hand on', () => {
  write(`${global}/package.json`, { version: '1.0.0' });
  expect(() => originOf(join(folder, global))).toThrow(
    "`init` finds no tarballs of this build of Lockstep, which isn't published; run it in a clone of Lockstep: `npm run lockstep -- init <folder>`.",
  );
});
