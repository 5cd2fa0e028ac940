import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { execPath } from 'node:process';
import type { Lock } from '@lockstep/model';
import { digestOf, parseLock } from '@lockstep/model/internal';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  lockedRelease,
  lockedTool,
  lockOfFiles,
  makeProject,
  type Project,
  program,
} from '../project.fixture.ts';

const script = resolve(import.meta.dirname, '../../../../test/servers/changing.ts');

let project: Project;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => project.remove());

const readLock = (): Lock =>
  JSON.parse(readFileSync(join(project.folder, 'stacks/tools.lock.json'), 'utf8')) as Lock;

test('a value that is left out may differ from the lock, and nothing else may', async () => {
  const trigger = join(project.folder, 'trigger');
  project.write(
    'stacks/environments.ts',
    program({
      servers: `  changing: { run: { command: '${execPath}', args: ['${script}', '${trigger}'] } },`,
      environments: "    dev: { profile: 'dev', releases: { changing: '1.0.0' } },",
    }),
  );
  await project.run('lock');
  await project.run('lock', 'confirm', 'changing/lookup', '--class', 'read');
  writeFileSync(trigger, '');
  expect(await project.run('lock', '--check')).toMatchObject({ code: 1 });
  rmSync(trigger);

  expect(await project.run('lock', 'ignore', 'changing', '/tools/lookup/description')).toEqual({
    code: 0,
    stdout:
      'changing (1.0.0): /tools/lookup/description is left out of digests.\n  locked as "Looks a word up."\n',
    stderr: '',
  });
  const release = readLock().servers.changing?.releases['1.0.0'];
  expect(release?.ignore).toEqual(['/tools/lookup/description']);
  expect(release?.tools.lookup).toMatchObject({ reviewed: true, class: 'read', classFrom: 'person' });

  expect(await project.run('lock', '--check')).toMatchObject({ code: 0 });
  writeFileSync(trigger, '');
  const { code, stdout } = await project.run('lock', '--check');
  expect(code).toBe(1);
  expect(stdout).toContain('tools/update: description changed');
  expect(stdout).not.toContain('lookup');
  expect(await project.run('lock', 'ignore', 'changing', '/tools/lookup/description')).toMatchObject({
    code: 2,
    stderr: 'lockstep: /tools/lookup/description is left out already.\n',
  });
});

test('it holds for each release that has the value, or for the one that is named; digests fit', async () => {
  const peek = lockedTool('peek', 'read');
  const definition = { name: 'a/b~c', title: 'here' };
  const prompts = { 'a/b~c': { definition, digest: digestOf(definition) } };
  const unconfirmed = { ...peek, reviewed: false };
  project.write(
    'stacks/tools.lock.json',
    lockOfFiles({
      1: lockedRelease('1', [peek]),
      2: { ...lockedRelease('2', [unconfirmed]), prompts },
      3: { ...lockedRelease('3', []), prompts },
    }),
  );
  const path = '/inputSchema/properties/path/type';
  const { stdout } = await project.run('lock', 'ignore', 'files', `/tools/peek${path}`, '--json');
  expect(JSON.parse(stdout).ignored.map(({ label }: { label: string }) => label)).toEqual(['1', '2']);
  const one = ['lock', 'ignore', 'files', '/prompts/a~1b~0c/title', '--release', '3'];
  expect(await project.run(...one)).toMatchObject({ code: 0 });

  const lock = readLock();
  expect(parseLock(lock)).toEqual(lock);
  const releases = lock.servers.files?.releases;
  expect([1, 2, 3].map((label) => releases?.[label]?.ignore)).toEqual([
    [`/tools/peek${path}`],
    [`/tools/peek${path}`],
    ['/prompts/a~1b~0c/title'],
  ]);
  expect(releases?.[1]?.tools.peek?.reviewed).toBe(true);
  expect(releases?.[2]?.tools.peek?.reviewed).toBe(false);
  expect(releases?.[1]?.tools.peek?.digest).not.toBe(peek.digest);
  expect(releases?.[2]?.prompts).toEqual(prompts);
  expect(releases?.[3]?.prompts['a/b~c']).toEqual({ definition, digest: digestOf({ name: 'a/b~c' }) });
});

test.each([
  [['nobody', '/tools/peek/description'], 'there is no server nobody in the lock; it holds files.'],
  [
    ['files', '/tools/poke/description'],
    '/tools/poke/description points at nothing; of tools the lock holds peek.',
  ],
  [
    ['files', '/tools/peek/title'],
    "/tools/peek/title points at nothing in the locked definition; look for the value's place in the lock.",
  ],
  [
    ['files', '/tools/peek'],
    '/tools/peek points into no definition; write it like /tools/convert_time/inputSchema/properties/zone/default.',
  ],
  [['files', '/tools/peek/description', '--release', '9'], 'the lock has no release 9 of files; it holds 1.'],
])('%j is refused, and the lock stays', async (args, sentence) => {
  project.write(
    'stacks/tools.lock.json',
    lockOfFiles({ 1: lockedRelease('1', [lockedTool('peek', 'read')]) }),
  );
  const before = readLock();
  expect(await project.run('lock', 'ignore', ...args)).toEqual({
    code: 2,
    stdout: '',
    stderr: `lockstep: ${sentence}\n`,
  });
  expect(readLock()).toEqual(before);
});
