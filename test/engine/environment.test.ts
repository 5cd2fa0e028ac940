import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Engine, standInFor, startEngine } from './pulumi.ts';

const label = '2026.8.31';
const digestOf = (digit: string) => `registry.example.com/x@sha256:${digit.repeat(64)}`;

let folder: string;
let engine: Engine;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-stand-in-'));
  // The engine looks for providers on PATH first.
  await standInFor('kubernetes', '4.34.2', folder);
  for (const [name, digit] of [
    ['pushed', '1'],
    ['unpushed', '0'],
  ] as const) {
    const images = { gateway: digestOf(digit), [`files@${label}`]: digestOf(digit) };
    await writeFile(join(folder, `${name}.json`), JSON.stringify(images));
  }
  engine = await startEngine(join(import.meta.dirname, '../cluster/program'), 'prod', {
    PATH: `${folder}:${process.env.PATH}`,
    SERVERS: 'files',
    IMAGES: join(folder, 'pushed.json'),
  });
});

afterAll(async () => {
  await engine?.remove();
  await rm(folder, { recursive: true });
});

/** The URNs in the state. */
async function registered(): Promise<string[]> {
  const { deployment } = JSON.parse(await engine.pulumi(['stack', 'export']));
  return (deployment.resources ?? []).map(({ urn }: { urn: string }) => urn);
}

it('registers nothing of an environment whose image was never pushed', async () => {
  const unpushed = { IMAGES: join(folder, 'unpushed.json') };
  const failed = await engine.pulumi(['up', '--yes', '--skip-preview'], unpushed).then(
    () => '',
    (error: { stdout: string; stderr: string }) => `${error.stdout}${error.stderr}`,
  );
  expect(failed).toMatch(/images\.gateway: registry\.example\.com\/x@sha256:0+ has a digest of zeros/);
  const types = (await registered()).map((urn) => urn.split('::')[2]?.split('$').at(-1));
  // What the program itself makes before the environment is checked.
  expect(types.toSorted()).toEqual([
    'kubernetes:core/v1:Namespace',
    'pulumi:providers:kubernetes',
    'pulumi:pulumi:Stack',
  ]);
});

it('shows a promoted tool as that tool alone, in two ConfigMaps that are updated', async () => {
  await engine.pulumi(['up', '--yes', '--skip-preview']);
  expect(await engine.pulumi(['preview', '--expect-no-changes'])).toMatch(/unchanged/);
  const diff = await engine.pulumi(['preview', '--diff'], { PROMOTED: 'yes' });
  const lines = diff.split('\n').filter((line) => /^\s*[-+~]/.test(line));
  const tools = new Set(lines.flatMap((line) => line.match(/files[./](\w+)/)?.[1] ?? []));
  expect([...tools]).toEqual(['create_directory']);
  expect(diff).toMatch(/~ 2 to update/);
  expect(diff).not.toMatch(/to (replace|delete|create)/);
});

it('an environment that gets another name, with an alias for the old one, replaces nothing', async () => {
  const plan = await engine.pulumi(['preview'], { RENAMED_FROM: 'prod' });
  expect(plan).not.toMatch(/to (replace|delete|create)/);
  const without = await engine.pulumi(['preview'], { RENAMED_FROM: '' });
  expect(without).toMatch(/to create/);
  expect(without).toMatch(/to delete/);
});
