import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect } from '../end-to-end/clients.ts';
import { startUp } from '../end-to-end/running.ts';

// A newcomer's first hour: the real command writes a project, and each command that it prints is run, with the real
// registry.

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'lockstep-first-'));
const project = join(folder, 'my-agents');
// A project with its providers is some 40,000 files.
afterAll(() => rm(folder, { recursive: true, force: true }), 600_000);

/** A shell of somebody who has npm, and nothing of this repository or of the npm that runs the tests. */
const env = Object.fromEntries(
  Object.entries(process.env)
    .filter(([name]) => !/^(npm_(?!config_(registry|cache|userconfig)$)|NODE_|VITEST|INIT_CWD)/i.test(name))
    .map(([name, value]) => [name, name === 'PATH' ? withoutThisRepository(value ?? '') : value]),
);

function withoutThisRepository(path: string): string {
  return path
    .split(delimiter)
    .filter((entry) => !entry.includes('node_modules'))
    .join(delimiter);
}

/** Runs a line in a shell. What it printed is in the error, too. */
function shell(line: string, cwd = project): Promise<string> {
  return new Promise((settle, reject) => {
    execFile('bash', ['-c', line], { cwd, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) settle(stdout);
      else reject(new Error(`${line} failed:\n${stdout}${stderr}`));
    });
  });
}

let printed: string;
beforeAll(async () => {
  printed = await shell(`npm run --silent lockstep -- init ${project}`, root);
}, 600_000);

const steps = () => [...printed.matchAll(/^ {2}(.+?)(?: {3,}.*)?$/gm)].map((match) => match[1] ?? '');

it('prints what to run next, and all of it works', async () => {
  expect(steps()[0]).toBe(`cd ${project}`);
  expect(steps().at(-1)).toBe('npx lockstep up');
  // The last one runs until it is stopped: see below.
  for (const step of steps().slice(1, -1)) await shell(step);
  expect(readdirSync(join(project, 'out'))).toContain('kustomization.yaml');
});

it('type-checks', async () => {
  await shell('npm run typecheck');
});

it('runs, and an agent reads through it and is refused a write', async () => {
  const running = await startUp({
    command: ['npx', 'lockstep', 'up', '--port', '0'],
    cwd: project,
    env,
    state: join(project, '.lockstep/dev'),
    seconds: 120,
  });
  try {
    const agent = await connect('modern', `${running.url}/mcp`);
    const read = await agent.call('files__read_text_file', { path: 'README.md' });
    expect(read).toMatchObject({ isError: false, text: expect.stringContaining('work folder of dev') });
    const write = await agent.call('files__write_file', { path: 'hello.md', content: 'Hello.' });
    expect(write).toMatchObject({ isError: true, text: expect.stringContaining('profile.dev') });
    await agent.close();
  } finally {
    await running.stop();
  }
});

it("takes a server of one's own, as its README says", async () => {
  const file = join(project, 'stacks/environments.ts');
  const change = (from: string, to: string) => {
    const text = readFileSync(file, 'utf8');
    expect(text).toContain(from);
    writeFileSync(file, text.replace(from, to));
  };
  change(
    'defineServers({\n',
    "defineServers({\n  thinking: { run: { npm: '@modelcontextprotocol/server-sequential-thinking' } },\n",
  );
  const locked = await shell('npx lockstep lock 2>&1');
  const [, label] = /^thinking (\S+): locked with 1 tool\.$/m.exec(locked) ?? [];
  change('const releases = {\n', `const releases = {\n  thinking: '${label}',\n`);
  await shell('npx lockstep show thinking/sequentialthinking');
  const [confirm = ''] = /lockstep lock confirm .*/.exec(locked) ?? [];
  await shell(`npx ${confirm}`);
  expect(await shell('npx lockstep plan')).toMatch(/^sequentialthinking +read +allow +allow +allow$/m);
  await shell('npx lockstep check');
  await shell('npx lockstep render --all --out out');
});

it('hands on its tarballs to the next project', async () => {
  await shell('npx lockstep init ../another');
  const another = join(folder, 'another');
  expect(readdirSync(join(another, 'vendor'))).toEqual(readdirSync(join(project, 'vendor')));
  await shell('npm install && npx lockstep plan', another);
});
