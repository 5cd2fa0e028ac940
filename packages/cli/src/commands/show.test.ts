import { afterEach, expect, test } from 'vitest';
import {
  lockedRelease,
  lockedTool,
  lockOfFiles,
  makeProject,
  type Project,
  program,
} from '../project.fixture.ts';

let project: Project;
afterEach(() => project.remove());

const wide = {
  ...lockedTool('write_file', 'write', 'Writes a\u202efile.'),
  reviewed: false,
};

function make(): void {
  project = makeProject({
    'stacks/environments.ts': program({
      servers: "  files: { run: { npm: '@example/files' } },",
      environments: `    dev: { profile: 'dev', releases: { files: '1.0.0' } },
    prod: { profile: 'prod', releases: { files: '2.0.0' } },`,
    }),
    'stacks/tools.lock.json': lockOfFiles({
      '1.0.0': lockedRelease('1.0.0', [lockedTool('read_file', 'read', 'Reads a file.')]),
      '2.0.0': lockedRelease('2.0.0', [lockedTool('read_file', 'read', 'Reads one file.'), wide]),
    }),
  });
}

test('a tool is shown as each pinned release has it, with what its environments decide', async () => {
  make();
  const { code, stdout } = await project.run('show', 'files/read_file');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^files\/read_file {2}read, confirmed\nrelease 1\.0\.0 in dev, sha256:/);
  expect(stdout).toMatch(
    /Reads a file\.[\s\S]*dev +allow # profile\.dev[\s\S]*Reads one file\.[\s\S]*prod +allow # profile\.prod/,
  );
});

test('an unconfirmed class is said to be one, and nothing invisible is printed', async () => {
  make();
  const { stdout } = await project.run('show', 'files/write_file');
  expect(stdout).toContain('proposed as write, and destructive until a person confirms it');
  expect(stdout).toContain('prod         approve by 2');
  expect(stdout).not.toContain('\u202e');
});

test('what is not there is named, with what is', async () => {
  make();
  const complaint = async (...args: string[]) => (await project.run(...args)).stderr;
  expect(await complaint('show', 'files/nope')).toBe(
    'lockstep: files offers no tool nope in the releases that are pinned; `lockstep ls files` lists what it offers.\n',
  );
  expect(await complaint('show', 'nope/x')).toBe('lockstep: dev has no server nope; there are files.\n');
  expect(await complaint('show', 'files')).toBe(
    'lockstep: files names nothing; write server/tool, as in files/read_file.\n',
  );
  expect(await complaint('ls', 'nope')).toBe('lockstep: there is no server nope; there are files.\n');
});

test('ls lists releases with the environments that pin them, and what a server offers', async () => {
  make();
  const lines = async (...args: string[]) => (await project.run('ls', ...args)).stdout.trimEnd().split('\n');
  expect(await lines()).toEqual([
    expect.stringMatching(/^server +release +from +tools +unconfirmed +environments$/),
    expect.stringMatching(/^files +1\.0\.0 +npm:@example\/files@1\.0\.0 +1 +dev$/),
    expect.stringMatching(/^files +2\.0\.0 +npm:@example\/files@2\.0\.0 +2 +1 +prod$/),
  ]);
  expect(await lines('files')).toEqual([
    expect.stringMatching(/^target +class +release$/),
    expect.stringMatching(/^files\/read_file +read +1\.0\.0$/),
    expect.stringMatching(/^files\/read_file +read +2\.0\.0$/),
    expect.stringMatching(/^files\/write_file +write, unconfirmed +2\.0\.0$/),
  ]);
  expect(JSON.parse((await project.run('ls', '--json')).stdout)[0]).toMatchObject({
    server: 'files',
    release: '1.0.0',
  });
});
