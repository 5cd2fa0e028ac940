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
      { name: 'drafts', tools: 'files/put', roles: ['writer'], decision: 'allow' }] },`,
    }),
    'stacks/tools.lock.json': lockOfFiles({
      '1.0.0': lockedRelease('1.0.0', [lockedTool('peek', 'read'), lockedTool('put', 'write')]),
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
