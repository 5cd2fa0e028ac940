import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentOfBundle } from '@lockstep/model/internal';
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

function make(): void {
  project = makeProject({
    'stacks/environments.ts': program({
      servers: "  files: { run: { npm: '@example/files' } },",
      environments: `    dev: { profile: 'dev', releases: { files: '1.0.0' } },
    prod: { profile: 'prod', releases: { files: '1.0.0' } },`,
    }),
    'stacks/tools.lock.json': lockOfFiles({
      '1.0.0': lockedRelease('1.0.0', [lockedTool('write_file', 'write', 'Writes a file.')]),
    }),
  });
}

test('a bundle is one file from which the whole environment can be read', async () => {
  make();
  const { code, stdout } = await project.run('bundle', 'prod', '--out', 'prod.bundle.json');
  expect(code).toBe(0);
  const { name, table, bundle } = environmentOfBundle(
    readFileSync(join(project.folder, 'prod.bundle.json'), 'utf8'),
  );
  expect(name).toBe('prod');
  expect(table.entries.map(({ target }) => target)).toEqual(['files/write_file']);
  expect(stdout).toBe(`prod in prod.bundle.json: 3 files, ${bundle.digest}\n`);
  const again = await project.run('bundle', 'prod', '--out', 'again.json', '--json');
  expect(JSON.parse(again.stdout)).toEqual({
    environment: 'prod',
    file: 'again.json',
    digest: bundle.digest,
  });
});

test('what can not be written or is not there is told in one sentence', async () => {
  make();
  const nowhere = await project.run('bundle', 'prod', '--out', 'no/such/prod.json');
  expect(nowhere).toMatchObject({
    code: 2,
    stderr:
      "lockstep: --out no/such/prod.json can't be written (ENOENT); name a file in a folder that exists.\n",
  });
  const unknown = await project.run('bundle', 'nope', '--out', 'x.json');
  expect(unknown).toMatchObject({
    code: 2,
    stderr: 'lockstep: there is no environment nope; the program declares dev, prod.\n',
  });
});
