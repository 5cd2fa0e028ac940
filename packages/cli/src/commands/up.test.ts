import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { main, makeProject, type Project, program } from '../project.fixture.ts';

const script = resolve(import.meta.dirname, '../../../../test/servers/changing.ts');

let project: Project;
let gateway: ChildProcess;
let stdout = '';
let stderr = '';

const declare = (profile: string, rules = '') =>
  program({
    servers: `  words: { run: { command: '${process.execPath}', args: ['${script}', '\${workdir}/trigger'] } },
  kube: { run: { npm: 'kubernetes-mcp-server' }, needs: ['KUBECONFIG'] },`,
    environments: `    dev: { profile: '${profile}', releases: { words: '1', kube: '1' }, rules: [${rules}] },
    prod: { profile: 'prod', releases: { words: '1', kube: '1' } },`,
  });

beforeAll(async () => {
  const withoutKube = declare('dev')
    .replaceAll(/^ *kube: .*$/gm, '')
    .replaceAll(", kube: '1'", '');
  project = makeProject({ 'stacks/environments.ts': withoutKube });
  await project.run('lock');
  await project.run('lock', 'confirm', 'words/lookup', 'words/steady', '--class', 'read');
  await project.run('lock', 'confirm', 'words/update', '--class', 'write');
  // What isn't run here needs to be locked all the same.
  const path = join(project.folder, 'stacks/tools.lock.json');
  const lock = JSON.parse(readFileSync(path, 'utf8'));
  const source = { type: 'npm', package: 'kubernetes-mcp-server', version: '1', bin: 'i.js', lockfile: {} };
  lock.servers.kube = { releases: { 1: { ...lock.servers.words.releases['1'], source } } };
  writeFileSync(path, JSON.stringify(lock));
  project.write('stacks/environments.ts', declare('dev'));

  const { KUBECONFIG: _, ...env } = process.env;
  gateway = spawn(process.execPath, ['--conditions=lockstep-source', main, 'up', '--port', '0'], {
    cwd: project.folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  gateway.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  gateway.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  await until(() => stdout.includes('Ctrl-C stops it'));
}, 60_000);

afterAll(() => {
  gateway.kill('SIGKILL');
  project.remove();
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    if (gateway.exitCode !== null) throw new Error(`it ended: ${stdout}${stderr}`);
    await sleep(20);
  }
}

test('tells the address, the servers, what agents may do, and how to connect one', () => {
  const url = /serves (http:\/\/127\.0\.0\.1:\d+\/mcp)/.exec(stdout)?.[1] ?? '';
  const lines = stdout.split('\n').map((line) => line.trim().split(/ {2,}/));
  expect(lines).toContainEqual(['kube', '1', 'not run here: KUBECONFIG isn’t set']);
  expect(lines).toContainEqual(['words', '1', 'ready', '3 tools']);
  expect(lines).toContainEqual(['tools', 'dev', 'prod']);
  expect(lines).toContainEqual(['words', '2 allow 1 deny', '2 allow 1 approve']);
  expect(stdout).toContain(`claude mcp add --transport http lockstep ${url}`);
  expect(stdout).toContain('the local user, with no roles; never approver, auditor, admin');
  expect(existsSync(join(project.folder, '.lockstep/dev/work/README.md'))).toBe(true);
});

test('the other commands find it', async () => {
  expect((await project.run('connect', 'json')).stdout).toContain(
    /http:\/\/127\.0\.0\.1:\d+/.exec(stdout)?.[0],
  );
  const created = await project.run('token', 'create', 'ci', '--owner', 'ada', '--role', 'writer,ops');
  expect(created).toMatchObject({ code: 0, stdout: expect.stringMatching(/^lks_[\w-]+\n$/) });
  const [token] = JSON.parse((await project.run('token', 'list', '--json')).stdout).tokens;
  expect(token).toMatchObject({ subject: 'ci', owner: 'ada', roles: ['writer', 'ops'], audience: 'mcp' });
  expect(await project.run('token', 'revoke', token.id)).toMatchObject({
    code: 0,
    stdout: `${token.id} of ci is revoked.\n`,
  });
  expect(await project.run('token', 'revoke', 'tok_none')).toMatchObject({ code: 2 });
  expect(await project.run('approvals', 'list')).toMatchObject({ code: 0, stdout: 'Nothing waits.\n' });

  const searched = JSON.parse(
    (await project.run('audit', 'search', '--kind', 'token.revoked', '--json')).stdout,
  );
  expect(searched.records).toHaveLength(1);
  expect(await project.run('audit', 'export', '--out', 'all.jsonl')).toMatchObject({ code: 0 });
  expect(await project.run('audit', 'verify', 'all.jsonl')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^all\.jsonl is whole: \d+ records\.\n$/),
  });
  const file = join(project.folder, 'all.jsonl');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"ada"', '"eve"'));
  expect(await project.run('audit', 'verify', 'all.jsonl')).toMatchObject({ code: 1 });
});

test('takes up an edit at once, and refuses one that doesn’t hold together', async () => {
  const rule = "{ name: 'trial', tools: 'words/update', decision: 'allow' }";
  project.write('stacks/environments.ts', declare('dev', rule));
  await until(() => stderr.includes('dev: words/update deny → allow'));
  project.write(
    'stacks/environments.ts',
    declare('dev', "{ name: 'typo', tools: 'wrds/*', decision: 'allow' }"),
  );
  await until(() => stderr.includes('wrds/*'));
  expect(stderr).toContain('The change isn’t taken up; the last good program stays in force:');
  project.write('stacks/environments.ts', declare('dev'));
  await until(() => stderr.includes('dev: words/update allow → deny'));
});

test('a second gateway on the same state folder is refused in one sentence', async () => {
  const { code, stderr: complaint } = await project.lockstep(['up', '--port', '0']);
  expect(code).toBe(2);
  expect(complaint.trim().split('\n')).toEqual([expect.stringMatching(/^lockstep: /)]);
});

test('Ctrl-C ends it and its servers; what it recorded is verified without it', async () => {
  const head = /^head (.*)$/m.exec((await project.run('audit', 'verify')).stdout)?.[1] ?? '';
  const ended = once(gateway, 'exit');
  gateway.kill('SIGINT');
  expect(await ended).toEqual([0, null]);
  expect(serversLeft()).toEqual([]);
  expect(await project.run('token', 'list')).toMatchObject({ code: 2 });
  expect(await project.run('audit', 'verify', '--expect-head', head)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^The audit is whole: \d+ records/),
  });
  const other = head.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
  expect(await project.run('audit', 'verify', '--expect-head', other)).toMatchObject({ code: 1 });
});

/** Processes that still have this project's work folder among their arguments. */
function serversLeft(): string[] {
  const work = join(project.folder, '.lockstep');
  return execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(work));
}
