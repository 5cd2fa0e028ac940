import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineServers } from '@lockstep/model';
import { afterAll, expect, test } from 'vitest';
import { type Boundaries, findOverlaps } from './overlap.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'overlap-')));
const state = join(root, '.lockstep');
mkdirSync(join(root, 'stacks'));
mkdirSync(join(root, 'data'));
mkdirSync(join(state, 'dev', 'work'), { recursive: true });
writeFileSync(join(root, 'stacks', 'environments.ts'), '');
writeFileSync(join(root, 'stacks', 'tools.lock.json'), '');
symlinkSync(state, join(root, 'data', 'link'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const boundaries: Boundaries = {
  cwd: root,
  workdir: join(state, 'dev', 'work'),
  principals: join(state, 'dev', 'principals'),
  protected: [
    { path: state, name: 'the state folder' },
    { path: join(root, 'stacks', 'environments.ts'), name: 'the configuration' },
    { path: join(root, 'stacks', 'tools.lock.json'), name: 'the tool lock' },
  ],
  env: { KUBECONFIG: join(root, 'kube'), STOLEN: join(state, 'dev', 'keys', 'root.key'), HOME: root },
};

function overlaps(args: string[], env: Record<string, string> = {}, needs: string[] = []): string[] {
  const servers = defineServers({ files: { run: { npm: 'files', args, env }, needs } });
  return findOverlaps(servers, boundaries).map(({ path, message }) => `${path}: ${message}`);
}

test('names the argument, what it points at and what to do', () => {
  expect(overlaps(['--verbose', state])).toEqual([
    `servers.files.run.args[1]: points at ${state}, which is the state folder; choose a folder apart from it, such as \${workdir}.`,
  ]);
});

test.each([
  ['inside the state folder', [join(state, 'dev', 'data')], 'lies inside the state folder'],
  ['around everything', [root], 'holds the state folder'],
  ['the root of the disk', ['/'], 'holds the state folder'],
  ['around the configuration', [join(root, 'stacks')], 'holds the configuration'],
  ['the lock itself', [join(root, 'stacks', 'tools.lock.json')], 'is the tool lock'],
  ['behind a flag', [`--root=${state}`], 'is the state folder'],
  ['in a list', [`--roots=${join(root, 'data')}:${state}`], 'is the state folder'],
  ['through a symbolic link', [join(root, 'data', 'link', 'dev')], 'lies inside the state folder'],
  ['as a file URL', [`file://${state}/x`], 'lies inside the state folder'],
  ['by dots', [`${root}/data/../.lockstep`], 'is the state folder'],
  ['relative to where the command runs', ['.lockstep'], 'is the state folder'],
  ['out of the work folder', ['${workdir}/../data'], 'lies inside the state folder'],
  ['out of its own folder', ['${principaldir}/../../other/x'], 'lies inside the state folder'],
])('finds a path %s', (_, args, what) => {
  expect(overlaps(args)).toEqual([expect.stringContaining(`which ${what};`)]);
});

test('finds a path in an environment variable, given or taken from the host', () => {
  expect(overlaps([], { DATA: state })).toEqual([
    expect.stringMatching(/^servers\.files\.run\.env\.DATA: points at .* is the state folder/),
  ]);
  expect(overlaps([], {}, ['STOLEN'])).toEqual([
    expect.stringMatching(/^servers\.files\.needs\[0\]: points at .* lies inside the state folder/),
  ]);
});

test.each([
  ['its own folders', ['${workdir}', '${workdir}/sub', '${principaldir}/memory.json']],
  ['other folders', [join(root, 'data'), '/nowhere/at/all', `--root=${root}/data`]],
  ['words, flags and URLs', ['stdio', 'stacks', '--stacks', 'https://example.com/.lockstep', '-v']],
])('lets pass %s', (_, args) => {
  expect(overlaps(args)).toEqual([]);
});

test("lets pass a variable of the host that merely lies around Lockstep's files", () => {
  expect(overlaps([], {}, ['HOME', 'KUBECONFIG', 'ABSENT'])).toEqual([]);
});
