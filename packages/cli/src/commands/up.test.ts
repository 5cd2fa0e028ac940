import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { version } from '../kernel/version.ts';
import { makeProject, type Project, program } from '../project.fixture.ts';
import { type RunningUp, startUp } from '../up/running.fixture.ts';

const script = resolve(import.meta.dirname, '../../../../test/servers/changing.ts');

let project: Project;
let gateway: RunningUp;

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

  gateway = await startUp(project);
}, 60_000);

afterAll(() => {
  gateway.process.kill('SIGKILL');
  project.remove();
});

test('tells the address, the servers, what agents may do, and how to connect one', () => {
  const url = /serves (http:\/\/127\.0\.0\.1:\d+\/mcp)/.exec(gateway.stdout)?.[1] ?? '';
  const lines = gateway.stdout.split('\n').map((line) => line.trim().split(/ {2,}/));
  expect(lines).toContainEqual(['kube', '1', "not run here: KUBECONFIG isn't set"]);
  expect(lines).toContainEqual(['words', '1', 'ready', '3 tools']);
  expect(lines).toContainEqual(['tools', 'dev', 'prod']);
  expect(lines).toContainEqual(['words', '2 allow 1 deny', '2 allow 1 approve']);
  expect(gateway.stdout).toContain(`claude mcp add --transport http lockstep ${url}`);
  expect(gateway.stdout).toContain('the local user, with no roles; never approver, auditor, admin');
});

test("agents find what runs here in their lists, and nothing of what doesn't", async () => {
  const { Client, StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client');
  const client = new Client({ name: 'test', version: '1' });
  const url = /serves (http:\S+)/.exec(gateway.stdout)?.[1] ?? '';
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual([
    'words__lookup',
    'words__steady',
  ]);
  await client.close();
});

test('logs keep what happened, also what the terminal leaves out', async () => {
  const { stdout } = await project.run('logs', '--json');
  expect(stdout).toContain('"level":"info"');
  expect(gateway.stderr).not.toContain('"level":"info"');
});

test('tells where metrics are, on the port that was chosen', async () => {
  const url = /^metrics (http:\/\/127\.0\.0\.1:\d+\/metrics)$/m.exec(gateway.stdout)?.[1] ?? '';
  expect(await (await fetch(url)).text()).toContain('lockstep_server_up');
  const port = new URL(url).port;
  const { code, stderr: complaint } = await project.run(
    ...['up', '--port', '0', '--metrics-port', port, '--state', 'other'],
  );
  expect({ code, complaint }).toEqual({
    code: 2,
    complaint: `lockstep: port ${port} is in use; stop what listens there, or choose another with --metrics-port.\n`,
  });
});

test('the work folder says what an agent will find', () => {
  const text = readFileSync(join(project.folder, '.lockstep/dev/work/README.md'), 'utf8');
  expect(text).toContain("what is denied isn't listed");
});

test('status says whether what runs is what the files say', async () => {
  expect((await project.run('status')).stdout).toContain('\nas the files here say\n');
  project.write('other/environments.ts', declare('staging'));
  cpSync(join(project.folder, 'stacks/tools.lock.json'), join(project.folder, 'other/tools.lock.json'));
  const { code, stdout } = await project.run('status', '--config', 'other/environments.ts');
  expect(stdout).toMatch(/^the files here say sha256:\w+; deploy them, or check out the commit that runs$/m);
  expect(code).toBe(1);
});

test('the other commands find it', async () => {
  expect((await project.run('connect', 'json')).stdout).toContain(
    /http:\/\/127\.0\.0\.1:\d+/.exec(gateway.stdout)?.[0],
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
  expect(await project.run('status')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      /^dev: lockstep \S+, up for \d+ \w+; no call waits for approval\nenforces sha256:/,
    ),
  });
  expect(JSON.parse((await project.run('status', '--json')).stdout)).toMatchObject({ environment: 'dev' });

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

test('a tool is called through the pipeline', async () => {
  const called = await project.run('call', 'words/lookup', '--args', '{"word":"tree"}');
  expect(called).toMatchObject({ code: 0, stdout: 'tree: a word\n' });
  expect(await project.run('call', 'words/update', '--args', '{"word":"tree"}')).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^words\/update is refused by profile\.dev: /),
  });
  expect(await project.run('call', 'none/x')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(
      /^lockstep: none\/x could not be called at \S+: There is no server "none" here/,
    ),
  });
  expect(await project.run('call', 'words/lookup', '--args', '[1]')).toMatchObject({
    code: 2,
    stderr: `lockstep: --args is no object; write one, as in '{"path": "README.md"}'.\n`,
  });
  const { records } = JSON.parse(
    (await project.run('audit', 'search', '--tool', 'words/*', '--json')).stdout,
  );
  expect(records.map(({ record }: { record: { client: object } }) => record.client)).toContainEqual({
    name: 'lockstep',
    version,
  });
});

test("takes up an edit at once, and refuses one that doesn't hold together", async () => {
  const rule = "{ name: 'trial', tools: 'words/update', decision: 'allow' }";
  project.write('stacks/environments.ts', declare('dev', rule));
  await gateway.until(() => gateway.stderr.includes('dev: words/update deny → allow'));
  project.write(
    'stacks/environments.ts',
    declare('dev', "{ name: 'typo', tools: 'wrds/*', decision: 'allow' }"),
  );
  await gateway.until(() => gateway.stderr.includes('wrds/*'));
  expect(gateway.stderr).toContain("The change isn't taken up; the last good program stays in force:");
  project.write('stacks/environments.ts', declare('dev'));
  await gateway.until(() => gateway.stderr.includes('dev: words/update allow → deny'));
});

test('a second gateway on the same state folder is refused in one sentence', async () => {
  const { code, stderr: complaint } = await project.lockstep(['up', '--port', '0']);
  expect(code).toBe(2);
  // On a busy machine progress is told too.
  const said = complaint.split('\n').filter((line) => line !== '' && line !== 'Reading the program…');
  expect(said).toEqual([expect.stringMatching(/^lockstep: /)]);
});

test('Ctrl-C ends it and its servers; what it recorded is verified without it', async () => {
  const head = /^head (.*)$/m.exec((await project.run('audit', 'verify')).stdout)?.[1] ?? '';
  const ended = once(gateway.process, 'exit');
  gateway.process.kill('SIGINT');
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
