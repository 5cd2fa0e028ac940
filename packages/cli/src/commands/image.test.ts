import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type FakeTools, fakeTools, pushedDigest } from '../image/fake-engine.fixture.ts';
import {
  lockedRelease,
  lockedTool,
  lockOfFiles,
  makeProject,
  type Project,
  program,
} from '../project.fixture.ts';

const prefix = 'registry.example.com/mcp';
const environments = `    dev: { profile: 'dev', releases: { files: '2.0.0' } },
    prod: { profile: 'prod', releases: { files: '1.0.0' } },`;

let project: Project;
beforeEach(() => {
  const tools = [lockedTool('read_file', 'read')];
  project = makeProject({
    'stacks/environments.ts': program({
      servers: `  files: { run: { npm: '@example/files' } },`,
      environments,
    }),
    'stacks/tools.lock.json': lockOfFiles({
      '1.0.0': lockedRelease('1.0.0', tools),
      '2.0.0': lockedRelease('2.0.0', tools),
    }),
  });
  vi.stubEnv('SOURCE_DATE_EPOCH', undefined);
  vi.stubEnv('npm_execpath', undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  project.remove();
});

function use(works: 'docker' | 'buildah'): FakeTools {
  const folder = join(project.folder, 'tools');
  const tools = fakeTools(folder, works);
  vi.stubEnv('PATH', tools.path);
  vi.stubEnv('FAKE', folder);
  vi.stubEnv('FAKE_REPOSITORY', `${prefix}/mcp-files`);
  return tools;
}

const listed = (path: string) => JSON.parse(readFileSync(join(project.folder, path), 'utf8'));
const base = 'registry.example.com/gateway@sha256:b';
const amd64 = ['--platform', 'linux/amd64'];

test.each(['docker', 'buildah'] as const)(
  'makes the image of every release that an environment pins, and writes its digest down, with %s',
  async (works) => {
    const tools = use(works);
    const { code, stdout } = await project.run('image', '--base', base, '--push', prefix, ...amd64);
    const reference = `${prefix}/mcp-files@${pushedDigest}`;
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `files@2.0.0 ${reference}\nfiles@1.0.0 ${reference}\n`,
    });
    expect(listed('stacks/images.json')).toEqual({ 'files@1.0.0': reference, 'files@2.0.0': reference });
    const calls = tools.calls();
    expect(calls).toContainEqual(
      expect.stringMatching(/^npm ci .*--os=linux --cpu=x64 --libc=glibc .*--ignore-scripts/),
    );
    expect(calls).toContainEqual(
      expect.stringMatching(
        new RegExp(`^${works} build.* --platform linux/amd64 .*--build-arg BASE=${base} .*version=1\\.0\\.0`),
      ),
    );
    expect(calls.filter((call) => call === 'installed')).toHaveLength(2);
    expect(calls).toContainEqual(
      expect.stringMatching(new RegExp(`^${works} push .*${prefix}/mcp-files:1\\.0\\.0-cafecafecafe$`)),
    );
  },
);

test('the tag tells all that went into an image, and the same content has the same one', async () => {
  const tools = use('buildah');
  const tag = async (...more: string[]) => {
    await project.run('image', 'files', '--base', base, '--platform', 'linux/amd64', ...more);
    return tools
      .calls()
      .filter((call) => call.startsWith('buildah build'))
      .map((call) => / --tag (\S+)/.exec(call)?.[1])
      .at(-1);
  };
  const first = await tag();
  expect(await tag()).toBe(first);
  expect(await tag('--base', 'other@sha256:c')).not.toBe(first);
  expect(await tag('--platform', 'linux/arm64')).not.toBe(first);
});

test('without a place for them, nothing is written down', async () => {
  use('buildah');
  const { code, stdout, stderr } = await project.run('image', '--base', base);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^files@2\.0\.0 localhost\/lockstep\/mcp-files:2\.0\.0-[0-9a-f]{12}\n/);
  expect(stderr).toContain('They only lie on this machine; --push sends them');
  expect(existsSync(join(project.folder, 'stacks/images.json'))).toBe(false);
});

test("a server that needs more is built on what its Containerfile makes of the gateway's image", async () => {
  const tools = use('buildah');
  project.write('stacks/images/files.Containerfile', 'ARG GATEWAY\nFROM ${GATEWAY}\n');
  project.write('stacks/images.json', { gateway: base.replace(/b$/, 'b'.repeat(64)) });
  expect(await project.run('image', '--push', prefix)).toMatchObject({ code: 0 });
  const builds = tools.calls().filter((call) => call.startsWith('buildah build'));
  expect(builds[0]).toMatch(/--build-arg GATEWAY=registry\.example\.com\/gateway@sha256:b{64} /);
  const made = / --tag (\S+)/.exec(builds[0] ?? '')?.[1];
  expect(builds[1]).toContain(`--build-arg BASE=${made} `);
});

test.each([
  [[], 'which image of the gateway? Give one with --base; '],
  [['--base', base, '--push', 'x', '--archive', 'y'], '--push and --archive are two places'],
  [['--base', base, '--push', 'https://x'], '--push https://x must be a registry and a prefix'],
  [['--base', base, '--platform', 'linux/arm'], "--platform linux/arm isn't known; use linux/amd64 or"],
  [['--base', base, '--python', 'python3'], "--python python3 doesn't tell its version"],
  [['--base', base, 'docs'], 'there is no server docs; the program declares files.'],
])('%j is refused', async (flags, sentence) => {
  use('docker');
  const { code, stderr } = await project.run('image', ...flags);
  expect(code).toBe(2);
  expect(stderr).toContain(`lockstep: ${sentence}`);
});

test('all zeros are no image to build on, and neither is a date that is none', async () => {
  use('docker');
  project.write('stacks/images.json', { gateway: `${prefix}/gateway@sha256:${'0'.repeat(64)}` });
  expect((await project.run('image')).stderr).toContain('which image of the gateway?');
  vi.stubEnv('SOURCE_DATE_EPOCH', 'today');
  expect((await project.run('image', '--base', base)).stderr).toContain(
    'SOURCE_DATE_EPOCH is "today"; it must be whole seconds since 1970.',
  );
});

test('without a tool that builds, that is said', async () => {
  vi.stubEnv('PATH', join(project.folder, 'empty'));
  expect((await project.run('image', '--base', base)).stderr).toBe(
    'lockstep: images are built with docker, podman or buildah, and none of them works here; install one.\n',
  );
});
