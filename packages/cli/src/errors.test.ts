import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import {
  type Account,
  bound,
  lockedRelease,
  lockedTool,
  lockOfFiles,
  makeProject,
  type Project,
  program,
} from './project.fixture.ts';

// What a person who made a mistake sees: one clear sentence for each, exit code 2, and nothing else.

let project: Project;
afterEach(() => project.remove());

const files = "  files: { run: { npm: '@example/files', args: ['${workdir}'] } },";
const dev = "    dev: { profile: 'dev', releases: { files: '1.0.0' } },";
const lock = lockOfFiles({ '1.0.0': lockedRelease('1.0.0', [lockedTool('read_file', 'read')]) });

function projectOf(parts: { servers?: string; environments?: string; lock?: object | string }): Project {
  return makeProject({
    'stacks/environments.ts': program({
      servers: parts.servers ?? files,
      environments: parts.environments ?? dev,
    }),
    'stacks/tools.lock.json': parts.lock ?? lock,
  });
}

async function complaint(
  args: readonly string[],
  env?: Record<string, string>,
  as?: Account,
): Promise<string[]> {
  const { code, stdout, stderr } = await project.lockstep(args, env, as);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  // On a busy machine progress is told too.
  return stderr
    .trimEnd()
    .split('\n')
    .filter((line) => !line.endsWith('…'));
}

test('a server pointed at the state folder', async () => {
  project = projectOf({});
  const state = join(project.folder, '.lockstep');
  project.write(
    'stacks/environments.ts',
    program({
      servers: `  files: { run: { npm: '@example/files', args: ['${state}'] } },`,
      environments: dev,
    }),
  );
  expect(await complaint(['up', '--port', '0'])).toEqual([
    `lockstep: servers.files.run.args[0]: points at ${state}, which is the state folder; choose a folder apart from it, such as \${workdir}.`,
  ]);
  expect(await complaint(['lock'])).toEqual([expect.stringContaining('which is the state folder')]);
});

test('a misspelt field', async () => {
  project = projectOf({ servers: "  files: { run: { npm: '@example/files', arg: ['${workdir}'] } }," });
  expect(await complaint(['plan'])).toEqual([
    expect.stringMatching(/^lockstep: servers\.files\.run\.arg: .*unknown field/),
  ]);
});

test('an unknown server in a rule', async () => {
  project = projectOf({
    environments: `    dev: { profile: 'dev', releases: { files: '1.0.0' }, rules: [
      { name: 'typo', tools: 'fils/*', decision: 'allow' },
    ] },`,
  });
  expect(await complaint(['up', '--port', '0'])).toEqual([
    expect.stringMatching(/^lockstep: environments\.dev\.rules\[0\]\.tools.*fils/),
  ]);
});

test('a condition that is no CEL', async () => {
  project = projectOf({
    environments: `    dev: { profile: 'dev', releases: { files: '1.0.0' }, rules: [
      { name: 'broken', tools: 'files/*', when: 'args.path ==', decision: 'allow' },
    ] },`,
  });
  expect(await complaint(['plan'])).toEqual([
    expect.stringMatching(/^lockstep: environments\.dev\.rules\[0\]\.when: /),
  ]);
});

test('two servers of one name', async () => {
  project = projectOf({ servers: `${files}\n${files}` });
  expect(await complaint(['up', '--port', '0'])).toEqual([
    'lockstep: stacks/environments.ts:7: `files` is written twice in one object, first on line 6; rename or remove one.',
  ]);
  expect(await complaint(['lock'])).toEqual([expect.stringContaining('`files` is written twice')]);
});

test('a port in use', async () => {
  project = projectOf({});
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  expect(await complaint(['up', '--port', String(port)])).toEqual([
    `lockstep: port ${port} is in use; stop what listens there, or choose another with --port.`,
  ]);
  server.close();
});

test('a missing lock', async () => {
  project = makeProject({ 'stacks/environments.ts': program({ servers: files, environments: dev }) });
  expect(await complaint(['up', '--port', '0'])).toEqual([
    "lockstep: stacks/tools.lock.json: doesn't exist; run `lockstep lock` to make it.",
  ]);
});

test('a lock of a newer version', async () => {
  project = projectOf({ lock: { lockVersion: 2, servers: {} } });
  expect(await complaint(['plan'])).toEqual([
    expect.stringMatching(/lock version 2 is newer than this lockstep reads \(1\); update lockstep\.$/),
  ]);
  expect(await complaint(['lock'])).toEqual([expect.stringContaining('lock version 2 is newer')]);
});

test('a lock that is no JSON', async () => {
  project = projectOf({ lock: '{ "lockVersion": 1,\n<<<<<<< ours\n' });
  expect(await complaint(['plan'])).toEqual([
    expect.stringMatching(/^lockstep: stacks\/tools\.lock\.json: .*JSON/),
  ]);
  expect(await complaint(['lock'])).toEqual([
    expect.stringMatching(/^lockstep: stacks\/tools\.lock\.json.*JSON/),
  ]);
});

test('a state folder that is a file, or lies below one', async () => {
  project = projectOf({});
  writeFileSync(join(project.folder, 'taken'), '');
  for (const state of ['taken', 'taken/below']) {
    expect(await complaint(['up', '--port', '0', '--state', state])).toEqual([
      `lockstep: the state folder ${state} is a file or lies below one; choose a folder with --state.`,
    ]);
  }
});

test("a state folder that can't be read", async () => {
  project = projectOf({});
  chmodSync(project.folder, 0o755);
  mkdirSync(join(project.folder, 'locked'), { mode: 0o000 });
  expect(await complaint(['up', '--port', '0', '--state', 'locked'], {}, bound)).toEqual([
    'lockstep: the state folder locked belongs to somebody else or denies you (EACCES); correct its permissions or choose another with --state.',
  ]);
});

test('no program, a broken one, and one that throws', async () => {
  project = makeProject();
  expect(await complaint(['up', '--port', '0'])).toEqual([
    "lockstep: stacks/environments.ts doesn't exist; run this in the project's folder or name the file with --config.",
  ]);
  project.write('stacks/environments.ts', 'export const a: number = = 1;\n');
  expect(await complaint(['plan'])).toEqual([
    'lockstep: stacks/environments.ts:1: Expression expected; correct the syntax.',
  ]);
  project.write('stacks/environments.ts', "\nthrow new Error('not today');\n");
  expect(await complaint(['plan'])).toEqual([
    'lockstep: stacks/environments.ts:2: Error: not today; correct the program.',
  ]);
  project.write('stacks/environments.ts', 'process.exit(0);\n');
  expect(await complaint(['plan'])).toEqual(['lockstep: stacks/environments.ts ended before it was loaded.']);
  project.write('stacks/environments.ts', 'export const other = 1;\n');
  expect(await complaint(['plan'])).toEqual([expect.stringContaining('exports no `environments`')]);
});

test("an environment that isn't there, and a wrong argument", async () => {
  project = projectOf({});
  expect(await complaint(['up', 'prd', '--port', '0'])).toEqual([
    'lockstep: there is no environment prd; the program declares dev.',
  ]);
  expect(await complaint(['up', '--prot', '1'])).toEqual([
    expect.stringContaining("unknown option '--prot'"),
  ]);
  expect(await complaint(['up', '--port', 'http'])).toEqual([
    'lockstep: --port http is no port; write a number from 0 to 65535.',
  ]);
  expect(await complaint(['plna'])).toEqual([expect.stringContaining("unknown command 'plna'")]);
});

test('a command that needs a gateway, without one', async () => {
  project = projectOf({});
  expect(await complaint(['token', 'list'])).toEqual([
    'lockstep: no gateway runs on the state folder .lockstep; start one with `lockstep up`, or name --state or --url.',
  ]);
  expect(await complaint(['approvals', 'list', '--url', 'http://127.0.0.1:1'])).toEqual([
    'lockstep: a gateway at --url needs an admin token; put one into LOCKSTEP_TOKEN or name --token-file.',
  ]);
  expect(
    await complaint(['approvals', 'list', '--url', 'http://127.0.0.1:1'], { LOCKSTEP_TOKEN: 'lks_x' }),
  ).toEqual(["lockstep: the gateway at http://127.0.0.1:1 can't be reached: nothing answers there."]);
});

test('a token file that holds more than a token, or nothing', async () => {
  project = projectOf({});
  const asked = ['approvals', 'list', '--url', 'http://127.0.0.1:1', '--token-file', 'bob.token'];
  const only = 'it must hold the token alone, the word that begins with lks_.';
  for (const [text, found] of [
    ['> lockstep-repo@1.0.0 lockstep\n\nlks_x\n', 'has 3 lines'],
    ['token: lks_x', 'has more than a token in it'],
    ['\n', 'is empty'],
  ] as const) {
    project.write('bob.token', text);
    expect(await complaint(asked)).toEqual([`lockstep: --token-file bob.token ${found}; ${only}`]);
  }
});
