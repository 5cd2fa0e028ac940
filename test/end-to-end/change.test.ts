import { execFileSync } from 'node:child_process';
import { until } from '@lockstep/testing/until';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, eras, type TestClient } from './clients.ts';
import { makeProject, type Program, type Project, testServer } from './project.ts';
import type { Running } from './running.ts';

let project: Project;
let up: Running;
let client: TestClient;

const before: Program = {
  servers: {
    journal: testServer('journal.ts', ['${workdir}/journal.txt'], { isolation: 'shared' }),
    crashing: testServer('crashing.ts', [], { isolation: 'shared' }),
  },
  environments: { dev: { profile: 'dev' }, prod: { profile: 'prod' } },
};
const prod = before.environments.prod ?? { profile: 'prod' };
const after: Program = {
  ...before,
  environments: {
    ...before.environments,
    prod: {
      ...prod,
      rules: [{ name: 'free-lines', tools: 'journal/write_line', decision: 'allow' }],
    },
  },
};

function git(...args: string[]): void {
  const identity = [
    '-c',
    'user.name=test',
    '-c',
    'user.email=test@example.com',
    '-c',
    'commit.gpgsign=false',
  ];
  execFileSync('git', [...identity, ...args], { cwd: project.folder, stdio: 'ignore' });
}

async function readyDigest(): Promise<string> {
  const { body } = await request(`${up.url}/readyz`);
  return ((await body.json()) as { bundle: string }).bundle;
}

beforeAll(async () => {
  project = await makeProject(before);
  git('init', '-q');
  git('add', 'stacks', 'package.json');
  git('commit', '-qm', 'before');
  up = await project.up('prod');
  client = await connect('modern', `${up.url}/mcp`);
});
afterAll(async () => {
  await client?.close();
  await up?.stop();
  await project?.remove();
});

describe('a changed rule', () => {
  it('applies while a call is in flight, and `plan --against` shows exactly what it changed', async () => {
    expect((await client.call('journal__write_line', { line: 'early' })).isError).toBe(true);
    const digest = await readyDigest();
    const inFlight = client.call('crashing__wait', { key: 'over the change' });

    await project.write(after);
    await until('the new bundle is live', async () => (await readyDigest()) !== digest);
    expect(await client.call('journal__write_line', { line: 'late' })).toMatchObject({ text: 'written' });
    await until('the call in flight is released', async () => {
      return (await client.call('crashing__release', { key: 'over the change' })).text === 'released';
    });
    expect(await inFlight).toMatchObject({ isError: false, text: 'released' });

    git('commit', '-qam', 'after');
    const plan = await project.lockstep(['plan', 'prod', '--against', 'HEAD~1']);
    expect(plan.code, plan.stderr).toBeLessThanOrEqual(1);
    const changed = plan.stdout.split('\n').filter((line) => line.includes('→'));
    expect(changed).toHaveLength(1);
    expect(changed[0]).toMatch(/prod: journal\/write_line approve .*→ allow/);
    const unchanged = await project.lockstep(['plan', 'dev', '--against', 'HEAD~1']);
    expect(unchanged.stdout).not.toContain('→');

    const json = JSON.parse((await project.lockstep(['plan', 'prod', '--json'])).stdout);
    expect(JSON.stringify(json), 'the plan names the digest that is live').toContain(await readyDigest());
  });

  it.each(eras)('is reported to a client of the %s era that loses a tool', async (era) => {
    const told: string[][] = [];
    const listening = await connect(era, `${up.url}/mcp`, undefined, (names) => told.push(names));
    expect((await listening.tools()).map(({ name }) => name)).toContain('journal__erase');
    const narrower = structuredClone(after);
    const rules = narrower.environments.prod?.rules ?? [];
    rules.push({ name: 'keep', tools: 'journal/erase', decision: { deny: 'the journal is kept' } });
    await project.write(narrower);
    await until('the client is told', () => told.some((names) => !names.includes('journal__erase')));
    await project.write(after);
    await until('the client is told again', () => told.at(-1)?.includes('journal__erase') === true);
    await listening.close();
  });

  it("leaves the old one in force if it can't be used, and is reported", async () => {
    const digest = await readyDigest();
    const wrong = structuredClone(after);
    const rules = wrong.environments.prod?.rules ?? [];
    rules.push({ name: 'typo', tools: 'gihub/*', decision: 'allow' });
    await project.write(wrong);
    await until('the refusal is reported', () => up.output().includes('gihub'));
    expect(await readyDigest()).toBe(digest);
    expect(await client.call('journal__write_line', { line: 'still' })).toMatchObject({ text: 'written' });
    await project.write(after);
  });
});
