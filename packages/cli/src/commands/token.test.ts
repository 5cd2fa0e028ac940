import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { tokenFileSchema } from '@lockstep/gateway';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeProject, type Project } from '../project.fixture.ts';

let project: Project;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => project.remove());

const ci = ['token', 'create', 'ci', '--owner', 'ada', '--role', 'writer,ops', '--offline'];

test('a token is made without a gateway, alone on standard output, with an entry that a token file takes', async () => {
  const { code, stdout, stderr } = await project.run(...ci, '--expires', '2030-01-01');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^lks_[A-Za-z0-9_-]{43}\n$/);
  expect(stderr).not.toContain(stdout.trim());
  const entry = JSON.parse(stderr.slice(stderr.indexOf('{')));
  expect(entry).toMatchObject({
    subject: 'ci',
    owner: 'ada',
    roles: ['writer', 'ops'],
    audience: 'mcp',
    expiresAt: '2030-01-01T00:00:00.000Z',
  });
  expect(tokenFileSchema.safeParse([entry]).success).toBe(true);
});

test('as JSON it is both', async () => {
  const { token, entry } = JSON.parse((await project.run(...ci, '--json')).stdout);
  expect(token).toMatch(/^lks_/);
  expect(entry.sha256).toBe(createHash('sha256').update(token).digest('hex'));
  expect(tokenFileSchema.safeParse([entry]).success).toBe(true);
});

test("entries are added to a token file, which stays what it is where one doesn't fit", async () => {
  const into = ['--file', 'tokens.json'];
  const read = () => readFileSync(join(project.folder, 'tokens.json'), 'utf8');
  const { code, stdout, stderr } = await project.run(...ci, ...into);
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: "It isn't shown again. Its entry is in tokens.json.\n",
  });
  expect(stdout).toMatch(/^lks_/);
  await project.run(
    ...['token', 'create', 'ada', '--owner', 'ada', '--for', 'admin', '--role', 'auditor', '--offline'],
    ...into,
  );
  const entries = JSON.parse(read());
  expect(tokenFileSchema.safeParse(entries).success).toBe(true);
  expect(entries.map(({ subject }: { subject: string }) => subject)).toEqual(['ci', 'ada']);
  expect(read()).not.toContain(stdout.trim());
  const before = read();
  expect(await project.run('token', 'create', 'ci', '--owner', 'bob', '--offline', ...into)).toMatchObject({
    code: 2,
    stdout: '',
    stderr: 'lockstep: tokens.json[2].owner: must be ada, who owns the subject; choose another subject.\n',
  });
  expect(read()).toBe(before);
  project.write('other.json', '{"token": 1}');
  expect(await project.run(...ci, '--file', 'other.json')).toMatchObject({
    code: 2,
    stderr: 'lockstep: other.json is no token file, which is a JSON array; name another file.\n',
  });
});

test('what is wrong is said', async () => {
  expect(await project.run(...ci, '--url', 'https://mcp.example.com')).toMatchObject({
    code: 2,
    stderr: 'lockstep: --offline asks no gateway; leave out --url.\n',
  });
  expect(await project.run(...ci.slice(0, -1), '--file', 'tokens.json')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--file goes with --offline'),
  });
  expect(await project.run('token', 'create', 'a\u0007b', '--owner', 'ada', '--offline')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('token.subject: must be one line'),
  });
});

test('a role for people without --for, and the reverse, is asked about', async () => {
  const create = ['token', 'create', 'ada', '--owner', 'ada', '--offline'];
  expect(await project.run(...create, '--role', 'approver,writer')).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('--role approver takes effect on the pages and in the admin API'),
  });
  expect(await project.run(...create, '--role', 'approver', '--for', 'mcp')).toMatchObject({ code: 0 });
  expect(await project.run(...create, '--for', 'admin')).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('a token for admin without a role'),
  });
});

test('--out writes the token to a file for its owner alone, and loses none', async () => {
  const create = ['token', 'create', 'eve', '--owner', 'eve', '--offline', '--out', 'eve.token'];
  const { code, stdout } = await project.run(...create);
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  const path = join(project.folder, 'eve.token');
  expect(readFileSync(path, 'utf8')).toMatch(/^lks_[\w-]+\n$/);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(await project.run(...create)).toMatchObject({
    code: 2,
    stdout: expect.stringMatching(/^lks_/),
    stderr: expect.stringContaining('eve.token is there already; the token is on standard output instead'),
  });
});
