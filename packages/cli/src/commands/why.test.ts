import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  lockedRelease,
  lockedTool,
  lockOfFiles,
  makeProject,
  type Project,
  program,
} from '../project.fixture.ts';

let project: Project;
beforeAll(() => {
  project = makeProject({
    'stacks/environments.ts': program({
      servers: "  files: { run: { npm: '@example/files' } },",
      environments: `    prod: { profile: 'prod', releases: { files: '1.0.0' }, rules: [
      { name: 'drafts', tools: 'files/put', roles: ['writer'], decision: 'allow' },
      { name: 'nights', tools: 'files/share', when: '"on-call" in principal.roles', decision: 'allow' },
      { name: 'releases', tools: 'files/share', decision: { approve: { approvers: ['releaser'] } } }] },`,
    }),
    'stacks/tools.lock.json': lockOfFiles({
      '1.0.0': lockedRelease('1.0.0', [
        lockedTool('peek', 'read'),
        lockedTool('put', 'write'),
        lockedTool('share', 'write'),
      ]),
    }),
  });
});
afterAll(() => project.remove());

const rowsOf = async (...args: string[]) =>
  (await project.run('why', 'prod', ...args)).stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/ {2,}/));

test('says what holders of roles may do, and which rule or profile says so', async () => {
  expect(await rowsOf('--roles', 'writer', 'files/p*')).toEqual([
    ['what', 'class', 'decision # because of'],
    ['files/peek', 'read', 'allow # profile.prod'],
    ['files/put', 'write', 'allow # rules.drafts'],
  ]);
  expect(await rowsOf('files/put')).toEqual([
    ['what', 'class', 'decision # because of'],
    ['files/put', 'write', expect.stringMatching(/^approve by .* # profile\.prod$/)],
  ]);
});

test('says that nothing matches', async () => {
  expect(await project.run('why', 'prod', 'none/*')).toMatchObject({
    code: 2,
    stderr: 'lockstep: prod has nothing that matches none/*; `lockstep ls` lists its servers.\n',
  });
});

test('names roles that the environment does not speak of, and answers all the same', async () => {
  const { code, stdout, stderr } = await project.run('why', 'prod', 'files/put', '--roles', 'wrter,writer');
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: 'Nothing in prod names the role wrter; known are admin, approver, auditor, releaser, writer.\n',
  });
  expect(stdout).toContain('allow # rules.drafts');
  expect((await project.run('plan', '--roles', 'wrter,rwiter')).stderr).toBe(
    'Nothing in prod names the roles wrter, rwiter; known are admin, approver, auditor, releaser, writer.\n',
  );
});

test('knows the roles of rules, of approvers, of conditions and for people', async () => {
  const known = 'writer,releaser,on-call,auditor';
  expect(await project.run('why', 'prod', '--roles', known)).toMatchObject({ code: 0, stderr: '' });
});
