import { globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Import, importsOf, importsUnder, isRelative, packageOf, root, targetOf } from './imports.ts';

/** Which of our packages each one may import: ARCHITECTURE.md, "The map". */
const allowed: Record<string, readonly string[]> = {
  'packages/model': [],
  'packages/database': [],
  'packages/testing': ['@lockstep/model'],
  'packages/components': ['@lockstep/model'],
  'packages/aws': ['@lockstep/model', '@lockstep/components'],
  'packages/guardrails': ['@lockstep/model'],
  'packages/pulumi-lockstep': ['@lockstep/model', '@lockstep/components'],
  'packages/gateway': ['@lockstep/model', '@lockstep/database'],
  'packages/cli': ['@lockstep/model', '@lockstep/gateway'],
  stacks: ['@lockstep/model', '@lockstep/components', '@lockstep/aws'],
};

/** What tests of any package may also import; it is never published. */
const forTests = '@lockstep/testing';

/** Packages that must not import Pulumi: they run on a laptop, in a pod and in a pull request's check. */
const withoutPulumi = ['packages/model', 'packages/database', 'packages/gateway'];

/** Node's modules that `model` may use: none that reads, writes, waits or connects. */
const pureBuiltins = ['node:crypto'];

interface Manifest {
  name: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
}

const rootManifest = manifestOf('.');
const workspaces = globSync(['packages/*/package.json', 'stacks/package.json', 'test/package.json'], {
  cwd: root,
})
  .map((path) => dirname(path))
  .toSorted();

/** Whether a file isn't published, and so may use what the root offers to tests. */
function isTest({ file }: Import): boolean {
  return file.startsWith('test/') || /\.(test|fixture)\.ts$/.test(file) || file.includes('/src/testing/');
}

function show(imports: readonly Import[]): string[] {
  return imports.map(({ file, specifier }) => `${file} imports ${specifier}`);
}

describe('imports between packages', () => {
  it('finds every form of import', () => {
    const text = `
      import a from 'one'; import type { B } from "two"; export * from 'three'; export { c } from 'four';
      const d = await import('five'); import 'six'; type E = import('seven').E; // import 'not-this'
      const text = "import 'nor-this'"; import {
        f,
      } from 'eight';`;
    expect(importsOf('x.ts', text).map(({ specifier }) => specifier)).toEqual(
      expect.arrayContaining(['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight']),
    );
    expect(importsOf('x.ts', text)).toHaveLength(8);
  });

  it('knows every package', () => {
    const unknown = workspaces.filter((folder) => folder !== 'test' && allowed[folder] === undefined);
    expect(unknown, 'add to this file and to ARCHITECTURE.md what these may import').toEqual([]);
  });

  it.each(workspaces.filter((folder) => folder !== 'test'))(
    '%s imports only those of our packages that it may',
    (folder) => {
      const wrong = importsUnder(folder).filter((found) => {
        if (isRelative(found)) return !targetOf(found).startsWith(`${folder}/`);
        if (!found.specifier.startsWith('@lockstep/')) return false;
        const name = packageOf(found) ?? '';
        if (name === forTests) return !isTest(found);
        return name !== manifestOf(folder).name && !allowed[folder]?.includes(name);
      });
      expect(show(wrong)).toEqual([]);
      expect(manifestOf(folder).dependencies ?? {}).not.toHaveProperty([forTests]);
    },
  );

  it.each(['test', 'scripts', 'stacks', 'examples'])("%s imports no file of a package's source", (folder) => {
    const wrong = importsUnder(folder).filter(
      (found) => isRelative(found) && /^packages\/[^/]+\/src\//.test(targetOf(found)),
    );
    expect(show(wrong)).toEqual([]);
  });

  it.each(withoutPulumi)('%s never imports Pulumi', (folder) => {
    const wrong = importsUnder(folder).filter(({ specifier }) => /^@?pulumi(\/|$)/.test(specifier));
    expect(show(wrong)).toEqual([]);
    expect(
      Object.keys(manifestOf(folder).dependencies ?? {}).filter((name) => name.includes('pulumi')),
    ).toEqual([]);
  });

  it('model does no input or output', () => {
    const wrong = importsUnder('packages/model').filter(
      (found) => !isTest(found) && isBuiltin(found.specifier) && !pureBuiltins.includes(found.specifier),
    );
    expect(show(wrong)).toEqual([]);
  });
});

describe('what package.json declares', () => {
  it.each(workspaces)('%s declares every package that it imports', (folder) => {
    const manifest = manifestOf(folder);
    const published = {
      ...manifest.dependencies,
      ...manifest.peerDependencies,
      ...manifest.optionalDependencies,
    };
    const all = { ...published, ...manifest.devDependencies, ...rootManifest.devDependencies };
    const wrong = importsUnder(folder).filter((found) => {
      const name = packageOf(found);
      return (
        name !== undefined && name !== manifest.name && !Object.hasOwn(isTest(found) ? all : published, name)
      );
    });
    expect(show(wrong)).toEqual([]);
  });

  it.each(workspaces)('%s imports every package that it declares', (folder) => {
    const used = new Set(importsUnder(folder).map(packageOf));
    const unused = Object.keys(manifestOf(folder).dependencies ?? {}).filter((name) => !used.has(name));
    expect(unused).toEqual([]);
  });
});
