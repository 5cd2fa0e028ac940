import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeRoom, writeProject } from '../init/write-project.ts';
import { makeProject, type Project } from '../project.fixture.ts';

let project: Project;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => project.remove());

const path = (...parts: string[]) => join(project.folder, ...parts);
const read = (...parts: string[]) => readFileSync(path(...parts), 'utf8');

test('a folder that holds something is refused, and stays as it was', async () => {
  project.write('mine/notes.md', '');
  project.write('mine/.gitignore', '');
  expect(await project.run('init', 'mine')).toEqual({
    code: 2,
    stdout: '',
    stderr: "lockstep: mine isn't empty: it has .gitignore and 1 more; name a new folder, or an empty one.\n",
  });
  expect(readdirSync(path('mine'))).toEqual(['.gitignore', 'notes.md']);
});

test('a file is refused, and so is what lies below one', async () => {
  project.write('taken', '');
  for (const folder of ['taken', 'taken/below']) {
    expect(await project.run('init', folder)).toMatchObject({
      code: 2,
      stderr: `lockstep: ${folder} is a file or lies below one; name a new folder, or an empty one.\n`,
    });
  }
});

test('a folder in the clone is refused', async () => {
  const inside = resolve(import.meta.dirname, 'mine');
  expect(await project.run('init', inside)).toMatchObject({
    code: 2,
    stderr: `lockstep: ${inside} lies in the clone of Lockstep; name a folder outside of it, such as ../my-agents.\n`,
  });
});

test('a new Git repository counts as empty', () => {
  mkdirSync(path('mine/.git'), { recursive: true });
  expect(() => makeRoom(path('mine'), 'mine')).not.toThrow();
});

test('the project has the name of its folder, in a form that npm and Pulumi take', () => {
  const files = writeProject(path('My Agents!'));
  expect(files).toEqual(expect.arrayContaining(['.gitignore', '.nvmrc', 'stacks/tools.lock.json']));
  expect(JSON.parse(read('My Agents!', 'package.json')).name).toBe('my-agents');
  expect(read('My Agents!', 'Pulumi.yaml')).toMatch(/^name: my-agents$/m);
  expect(read('My Agents!', 'stacks/Pulumi.prod.yaml')).toContain('my-agents:context: prod');
  expect(files.filter((file) => read('My Agents!', file).includes('first-project'))).toEqual([]);
});

test('without tarballs it depends on this version, by them otherwise', () => {
  writeProject(path('released'));
  const { version } = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../package.json'), 'utf8'));
  expect(JSON.parse(read('released', 'package.json')).dependencies).toMatchObject({
    '@lockstep/cli': version,
    '@lockstep/components': version,
    '@lockstep/model': version,
  });
  expect(read('released', 'README.md')).not.toContain('vendor/');

  const packed = ['cli', 'gateway'].map((name): [string, string] => {
    project.write(`packed/lockstep-${name}-9.9.9.tgz`, name);
    return [`@lockstep/${name}`, path(`packed/lockstep-${name}-9.9.9.tgz`)];
  });
  const files = writeProject(path('vendored'), new Map(packed));
  const { dependencies } = JSON.parse(read('vendored', 'package.json'));
  expect(Object.entries(dependencies).filter(([name]) => name.startsWith('@lockstep/'))).toEqual([
    ['@lockstep/cli', 'file:vendor/lockstep-cli-9.9.9.tgz'],
    ['@lockstep/gateway', 'file:vendor/lockstep-gateway-9.9.9.tgz'],
  ]);
  expect(files).toContain('vendor/lockstep-cli-9.9.9.tgz');
  expect(read('vendored', 'vendor/lockstep-cli-9.9.9.tgz')).toBe('cli');
  expect(read('vendored', 'README.md')).toContain('tarballs in `vendor/`. Commit them, too.');
});

test('what it writes is a whole project: planned, checked and rendered', async () => {
  writeProject(path('mine'));
  const config = ['--config', 'mine/stacks/environments.ts'];
  const planned = await project.run('plan', ...config);
  expect(planned).toMatchObject({ code: 0, stderr: '' });
  expect(planned.stdout).toMatch(
    /^write_file +destructive +deny +approve by 1 of approver +approve by 2 of approver$/m,
  );
  const checked = await project.run('check', '--offline', '--json', ...config);
  expect(checked).toMatchObject({ code: 0, stderr: '' });
  const { checks } = JSON.parse(checked.stdout);
  expect(checks.map(({ name }: { name: string }) => name)).toContain('objects');
  const rendered = await project.run('render', 'prod', '--program', 'mine', '--out', 'out');
  expect(rendered).toMatchObject({ code: 0 });
  expect(readdirSync(path('out'))).toContain('50-deployment-lockstep-gateway.yaml');
});
