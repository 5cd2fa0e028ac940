import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openKeys } from '@lockstep/gateway';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeProject, type Project } from '../project.fixture.ts';

let project: Project;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => project.remove());

const names = ['root.key', 'audit.key', 'bridge.key'];

test('the keys of a cluster are written for their owner alone, and are such as a gateway takes', async () => {
  const { code, stdout, stderr } = await project.run('keys', 'create', 'keys');
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: 'keys/root.key, keys/audit.key, keys/bridge.key are written.\n',
  });
  for (const name of names) {
    expect(stderr).toContain(`--from-file=keys/${name}`);
    expect(statSync(join(project.folder, 'keys', name)).mode & 0o777).toBe(0o600);
  }
  await expect(openKeys(join(project.folder, 'keys'), { create: false })).resolves.toBeDefined();
});

test('keys that are there are never replaced', async () => {
  await project.run('keys', 'create', 'keys', '--json');
  expect(await project.run('keys', 'create', 'keys')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(
      /root\.key exists already, and keys are never replaced; name another folder\.\n$/,
    ),
  });
  expect(readdirSync(join(project.folder, 'keys')).toSorted()).toEqual(
    [...names, 'audit.pub.pem'].toSorted(),
  );
});
