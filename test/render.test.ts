import { execFile } from 'node:child_process';
import {
  cpSync,
  globSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = resolve(import.meta.dirname, '..');
const main = join(root, 'packages/cli/src/main.ts');

/** A folder with a copy of our own stacks, which the test changes. */
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-stacks-'));
  for (const path of globSync(['Pulumi*.yaml', 'package.json', 'stacks'], { cwd: root })) {
    cpSync(join(root, path), join(folder, path), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function lockstep(...args: string[]): Promise<{ code: number | string; stderr: string }> {
  return new Promise((settle) => {
    const argv = ['--conditions=lockstep-source', main, ...args];
    execFile(process.execPath, argv, { cwd: folder }, (error, _, stderr) =>
      settle({ code: error?.code ?? 0, stderr }),
    );
  });
}

const read = (path: string) => readFileSync(join(folder, path), 'utf8');
const files = (out: string) => readdirSync(join(folder, out)).filter((name) => name.endsWith('.yaml'));

it('renders prod without cluster, login or engine; moving a tool from approve to allow changes one line', async () => {
  const { code, stderr } = await lockstep('render', 'prod', '--out', 'before');
  expect(code, stderr).toBe(0);
  const environments = read('stacks/environments.ts');
  const stage = "name: 'stage', tools: 'git/git_add', decision: 'allow'";
  const changed = environments.replace("name: 'keep-history'", `${stage} },\n{ name: 'keep-history'`);
  expect(changed).not.toBe(environments);
  writeFileSync(join(folder, 'stacks/environments.ts'), changed);
  expect(await lockstep('render', 'prod', '--out', 'after')).toMatchObject({ code: 0 });
  expect(files('after')).toEqual(files('before'));

  const lines = files('after').flatMap((name) => {
    const before = new Set(read(join('before', name)).split('\n'));
    return read(join('after', name))
      .split('\n')
      .filter((line) => !before.has(line))
      .map((line) => ({ name, line }));
  });
  const own = lines.filter(({ line }) => !/sha256:[0-9a-f]{64}/.test(line));
  expect(own).toEqual([
    {
      name: expect.stringMatching(/^30-configmap-.*table-\d\.yaml$/),
      line: '    git/git_add write allow # rules.stage',
    },
  ]);
  // Every other changed line names the bundle, and no pod changes with it.
  for (const { name, line } of lines) {
    expect(name).not.toMatch(/deployment|statefulset/);
    if (line.includes('"table/')) expect(line).toContain('"table/git.git_add"');
  }
}, 120_000);

it('lists every object in order, and gives each a name', () => {
  const { resources } = parse(read('before/kustomization.yaml')) as { resources: string[] };
  expect(resources).toEqual(
    files('before')
      .filter((name) => name !== 'kustomization.yaml')
      .toSorted(),
  );
  for (const name of resources) {
    expect(parse(read(join('before', name)))).toMatchObject({
      apiVersion: expect.any(String),
      kind: expect.any(String),
      metadata: { name: expect.any(String) },
    });
  }
});
