import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  lockedRelease,
  lockedTool,
  lockOfFiles,
  makeProject,
  type Project,
  program,
} from '../project.fixture.ts';

const servers = "  files: { run: { npm: '@example/files' } },";
const environments = (rules: string) => `    dev: { profile: 'dev', releases: { files: '1.1.0' } },
    prod: { profile: 'prod', releases: { files: '1.0.0' }, rules: [${rules}] },`;
const tools = [
  lockedTool('read_file', 'read'),
  lockedTool('write_file', 'write'),
  lockedTool('drop', 'destructive'),
];
const lock = lockOfFiles({
  '1.0.0': lockedRelease('1.0.0', tools),
  '1.1.0': lockedRelease('1.1.0', [...tools.slice(1), lockedTool('read_file', 'read', 'Reads any file.')]),
});

let project: Project;
beforeAll(() => {
  project = makeProject({
    '.gitignore': 'node_modules\n',
    'stacks/environments.ts': program({ servers, environments: environments('') }),
    'stacks/tools.lock.json': lock,
  });
  project.git('init', '-q', '-b', 'main');
  project.git('add', '.');
  project.git('commit', '-q', '-m', 'first');
});
afterAll(() => project.remove());

test('shows every tool of every environment side by side', async () => {
  const { code, stdout } = await project.run('plan');
  expect(code).toBe(0);
  expect(stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
    ['files', 'dev 1.1.0', 'prod 1.0.0'],
    ['drop destructive', 'deny', 'approve by 2 of approver'],
    ['read_file read', 'allow', 'allow'],
    ['write_file write', 'deny', 'approve by 1 of approver'],
    [''],
  ]);
});

test('shows the environments that are named, also as JSON with the digest of what the gateway would load', async () => {
  const { stdout } = await project.run('plan', 'prod', '--json');
  const { environments: found } = JSON.parse(stdout);
  expect(Object.keys(found)).toEqual(['prod']);
  expect(found.prod).toMatchObject({ profile: 'prod', releases: { files: '1.0.0' } });
  expect(found.prod.bundle).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(found.prod.permissions.map((entry: { target: string }) => entry.target)).toEqual([
    'files/drop',
    'files/read_file',
    'files/write_file',
  ]);
});

test('against the last commit, prints exactly the tools whose permission changed', async () => {
  const rule =
    "{ name: 'security', tools: 'files/drop', decision: { approve: { quorum: 2, approvers: ['security'] } } }";
  project.write('stacks/environments.ts', program({ servers, environments: environments(rule) }));
  const prod = await project.run('plan', 'prod', '--against', 'HEAD');
  expect(prod).toMatchObject({
    code: 0,
    stdout: 'prod: files/drop approve by 2 of approver → approve by 2 of security\n',
  });
  expect((await project.run('plan', 'dev', '--against', 'main')).stdout).toBe(
    'Nothing changes against main.\n',
  );
  const json = JSON.parse((await project.run('plan', '--against', 'HEAD', '--json')).stdout);
  expect(json.changes).toMatchObject([
    { environment: 'prod', permissions: [{ target: 'files/drop' }], releases: [] },
  ]);
});

test('a promotion shows what changed in the definitions, with the version step', async () => {
  const promoted = environments('').replace("'1.0.0'", "'1.1.0'");
  project.write('stacks/environments.ts', program({ servers, environments: promoted }));
  const { stdout } = await project.run('plan', '--against', 'HEAD');
  expect(stdout.split('\n')).toEqual([
    'prod: files 1.0.0 → 1.1.0: patch',
    '  source: npm:@example/files@1.0.0 → npm:@example/files@1.1.0',
    '  tools/read_file: description changed',
    '    - "read_file"',
    '    + "Reads any file."',
    '',
  ]);
});

test("leaves the repository as it was, and says what can't be compared", async () => {
  const status = project.git('status', '--porcelain');
  await project.run('plan', '--against', 'HEAD');
  expect(project.git('status', '--porcelain')).toBe(status);
  expect(project.git('worktree', 'list').trim().split('\n')).toHaveLength(1);

  expect(await project.run('plan', '--against', 'nowhere')).toMatchObject({
    code: 2,
    stderr: 'lockstep: --against nowhere names no commit of this repository; fetch it, or name another.\n',
  });
  project.git('commit', '-q', '--allow-empty', '-m', 'second');
  project.write('stacks/environments.ts', 'export const broken = 1;\n');
  project.git('commit', '-q', '-a', '-m', 'broken');
  project.write('stacks/environments.ts', program({ servers, environments: environments('') }));
  expect(await project.run('plan', '--against', 'HEAD')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^lockstep: at HEAD, stacks\/environments\.ts: exports no `environments`/),
  });
});

test('everything is new against a commit before the program', async () => {
  const other = makeProject({ '.gitignore': 'node_modules\n' });
  try {
    other.git('init', '-q');
    other.git('add', '.');
    other.git('commit', '-q', '-m', 'empty');
    other.write('stacks/environments.ts', program({ servers, environments: environments('') }));
    other.write('stacks/tools.lock.json', lock);
    const { stdout } = await other.run('plan', 'dev', '--against', 'HEAD');
    expect(stdout.split('\n').slice(0, 3)).toEqual([
      'dev: files/drop not locked → deny',
      'dev: files/read_file not locked → allow',
      'dev: files/write_file not locked → deny',
    ]);
    expect(stdout).toContain('dev: files none → 1.1.0: a new server');
  } finally {
    other.remove();
  }
});
