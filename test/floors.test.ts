import { existsSync, globSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { pageAt } from '@lockstep/testing/markdown';
import { describe, expect, it } from 'vitest';
import { type Import, importsUnder, isRelative, root, targetOf } from './imports.ts';

/**
 * The floors of each package, from top to bottom: a file imports only from its own floor and from the floors below it.
 * A floor is a folder or a root file; `.` stands for all root files that aren't named. See ARCHITECTURE.md.
 */
const floorsOf: Record<string, readonly string[]> = {
  model: [
    ...['index.ts', 'internal.ts', 'admin.ts', 'record.ts', 'secret-detector.ts'],
    ...['define', 'bundle', 'permission', 'environment', 'condition', 'lock', 'secret-detector', '.'],
  ],
  database: ['sqlite', '.'],
  gateway: [
    ...['index.ts', 'pod', 'compose', 'bridge', 'http', 'bundle', 'admin', 'admin/pages', 'pipeline'],
    ...['lists', 'client', 'metrics', 'policy', 'secrets'],
    ...['upstream', 'upstream/http', 'upstream/stdio', 'upstream/resilience', 'upstream/transport'],
    ...[
      'store',
      'archive',
      'approvals',
      'identity',
      'audit',
      'vault',
      'ledger',
      'keys',
      'protocol',
      'kernel',
    ],
  ],
  cli: [
    ...['main.ts', 'index.ts', 'internal.ts', 'program.ts', 'commands'],
    ...[
      'check',
      'up',
      'import',
      'init',
      'image',
      'audit',
      'doctor',
      'plan',
      'render',
      'lock',
      'log',
      'connect',
      'launch',
      'packages',
    ],
    ...['gateway', 'project', 'view', 'kernel'],
  ],
  components: [
    ...['index.ts', 'internal.ts', 'environment', 'gateway', 'server', 'secrets', 'monitoring', 'network'],
    ...['kubernetes', '.'],
  ],
  aws: ['index.ts', 'archive', 'identity', 'registry', '.'],
  guardrails: ['main.ts', 'index.ts', 'policy.ts', 'guardrails', 'bundle', '.', 'kubernetes'],
  'pulumi-lockstep': ['main.ts', 'provider.ts', 'index.ts', '.'],
  testing: ['servers', '.'],
};

function floorOf(source: string, file: string): string {
  const folder = relative(source, dirname(file));
  if (folder !== '') return folder;
  const name = basename(file);
  return floorsOf[basename(dirname(source))]?.includes(name) ? name : '.';
}

/** Imports between the published files of one package; tests and their helpers may import from every floor. */
function importsInside(source: string): Import[] {
  return importsUnder(source).filter(
    (found) =>
      isRelative(found) &&
      targetOf(found).startsWith(`${source}/`) &&
      !/\.(test|fixture)\.ts$/.test(found.file) &&
      !found.file.includes('/testing/'),
  );
}

/** Every import that leads upwards, or to a floor that isn't in the list. */
function climbsIn(source: string, found: readonly Import[]): string[] {
  const floors = floorsOf[basename(dirname(source))] ?? [];
  return found.flatMap((one) => {
    const [from, to] = [floorOf(source, one.file), floorOf(source, targetOf(one))];
    if (from === to) return [];
    const [above, below] = [floors.indexOf(from), floors.indexOf(to)];
    return above !== -1 && above < below ? [] : [`${one.file} imports ${targetOf(one)}`];
  });
}

/** Files that import themselves through others, each as the circle of imports. */
function circlesOf(found: readonly Import[]): string[] {
  const targets = new Map<string, string[]>();
  for (const one of found) {
    if (isRelative(one)) targets.set(one.file, [...(targets.get(one.file) ?? []), targetOf(one)]);
  }
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, path: readonly string[]) => {
    const start = path.indexOf(file);
    if (start !== -1) circles.push([...path.slice(start), file].join(' imports '));
    if (start !== -1 || done.has(file)) return;
    for (const target of targets.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of targets.keys()) visit(file, []);
  return circles;
}

describe('floors', () => {
  it('are listed for every package', () => {
    const packages = globSync('packages/*/src', { cwd: root }).map((source) => basename(dirname(source)));
    expect(Object.keys(floorsOf).toSorted()).toEqual(packages.toSorted());
  });

  it.each(Object.keys(floorsOf))('%s imports downwards only, values and types alike', (name) => {
    const source = `packages/${name}/src`;
    expect(climbsIn(source, importsInside(source))).toEqual([]);
  });

  it('reveal an import upwards and an unknown folder', () => {
    const source = 'packages/gateway/src';
    const up = { file: `${source}/kernel/log.ts`, specifier: '../policy/policy.ts' };
    const unknown = { file: `${source}/compose/storage.ts`, specifier: '../attic/box.ts' };
    const down = { file: `${source}/compose/storage.ts`, specifier: '../kernel/log.ts' };
    expect(climbsIn(source, [up, unknown, down])).toEqual([
      `${source}/kernel/log.ts imports ${source}/policy/policy.ts`,
      `${source}/compose/storage.ts imports ${source}/attic/box.ts`,
    ]);
  });
});

/** Top-level folders in the order in which walks lead down through them. */
const walked = ['stacks', 'components', 'cli', 'gateway', 'database', 'model'];

/** The steps of a walk in ARCHITECTURE.md: files, and the word `back`. */
function stepsOf(heading: string): string[] {
  const section = pageAt('ARCHITECTURE.md')
    .text.split('\n### ')
    .find((text) => text.startsWith(heading));
  const steps = section?.match(
    /`(?:stacks|components|cli|gateway|database|model)\/[\w/.-]+\.ts`|\*\*back\*\*/g,
  );
  if (steps == null) throw new Error(`ARCHITECTURE.md has no walk called ${heading}.`);
  return steps.map((step) => step.replaceAll(/[`*]/g, ''));
}

/** The depth of a walk's step: by package, then by floor. */
function depthOf(step: string): number {
  const [name = '', ...rest] = step.split('/');
  const floor = floorsOf[name]?.indexOf(
    floorOf(`packages/${name}/src`, `packages/${name}/src/${rest.join('/')}`),
  );
  return walked.indexOf(name) * 100 + (floor ?? 0);
}

describe('walks', () => {
  it.each([
    ['A `tools/call`', 45],
    ['`pulumi up`', 50],
    ['`lockstep up`', 55],
  ])('%s goes downwards over at most %i files, with at most two returns', (heading, most) => {
    const steps = stepsOf(heading);
    const files = new Set(steps.filter((step) => step !== 'back'));
    const missing = [...files].filter(
      (step) =>
        !existsSync(
          join(root, step.startsWith('stacks/') ? step : step.replace(/^([a-z]+)/, 'packages/$1/src')),
        ),
    );
    const climbs = steps.filter((step, index) => {
      const before = steps[index - 1];
      return step !== 'back' && before !== undefined && before !== 'back' && depthOf(step) < depthOf(before);
    });
    expect({ missing, climbs }).toEqual({ missing: [], climbs: [] });
    expect(files.size).toBeLessThanOrEqual(most);
    expect(steps.filter((step) => step === 'back').length).toBeLessThanOrEqual(2);
  });
});

describe('circles', () => {
  it.each(['packages', 'stacks', 'test', 'scripts', 'examples'])('%s has none between files', (folder) => {
    expect(circlesOf(importsUnder(folder))).toEqual([]);
  });

  it('are found, even through types', () => {
    const found = [
      { file: 'a/x.ts', specifier: './y.ts' },
      { file: 'a/y.ts', specifier: '../b/z.ts' },
      { file: 'b/z.ts', specifier: '../a/y.ts' },
    ];
    expect(circlesOf(found)).toEqual(['a/y.ts imports b/z.ts imports a/y.ts']);
  });
});
