import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@lockstep/testing/until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, eras } from './clients.ts';
import { human } from './humans.ts';
import { lockstepCommand, repository } from './project.ts';
import { type Running, startUp } from './running.ts';

// The repository's own environments, with the published servers. Installed packages are shared with `npm start`.
const state = realpathSync(mkdtempSync(join(tmpdir(), 'lockstep-real-')));
const packages = join(repository, '.lockstep/packages');
mkdirSync(packages, { recursive: true, mode: 0o700 });
symlinkSync(packages, join(state, 'packages'));
afterAll(() => rmSync(state, { recursive: true, force: true }));

/** Seconds for installing the published servers if they aren't installed yet. */
const installing = 180;

function start(environment: string): Promise<Running> {
  const { KUBECONFIG: _cluster, LOCKSTEP_TOKEN: _token, ...env } = process.env;
  return startUp({
    command: lockstepCommand(['up', environment, '--port', '0', '--state', state]),
    cwd: repository,
    env,
    state: join(state, environment),
    seconds: installing,
  });
}

describe('dev', () => {
  let up: Running;
  beforeAll(async () => {
    up = await start('dev');
    writeFileSync(join(up.state, 'work/hello.txt'), 'hello from a file');
  }, installing * 1000);
  afterAll(() => up?.stop());

  it.each(eras)('lets a client of the %s era read a file but not write it', async (era) => {
    const client = await connect(era, `${up.url}/mcp`);
    const path = join(up.state, 'work/hello.txt');
    expect(await client.call('files__read_text_file', { path })).toMatchObject({ text: 'hello from a file' });
    const refused = await client.call('files__write_file', { path, content: 'changed' });
    expect(refused).toMatchObject({ isError: true, decision: { decision: 'deny' } });
    expect(refused.text).toMatch(/^files\/write_file is refused by profile\.dev: /);
    expect(readFileSync(path, 'utf8')).toBe('hello from a file');

    const servers = new Set((await client.tools()).map(({ name }) => name.split('__')[0]));
    expect(servers).toEqual(new Set(['everything', 'files', 'git', 'memory']));
    await client.close();
  });

  it("reports the state of each server, and in one line why one isn't run", async () => {
    const states = async (): Promise<string[]> => {
      const { servers } = (await up.admin('GET', '/status')).body;
      return servers.map(({ server, state }: { server: string; state: string }) => `${server} ${state}`);
    };
    await until('none is starting', async () => !(await states()).some((one) => one.endsWith('starting')));
    expect((await states()).toSorted()).toEqual([
      'everything ready',
      'files ready',
      'git ready',
      'kube absent',
      'memory ready',
    ]);
    await until('the reason is printed', () => /kube.*KUBECONFIG/.test(up.output()));
  });
});

describe('staging', () => {
  let up: Running;
  beforeAll(async () => {
    up = await start('staging');
  }, installing * 1000);
  afterAll(() => up?.stop());

  it('gives each principal its own memory', async () => {
    const [ann, ben] = await Promise.all(
      ['ann', 'ben'].map(async (subject, index) =>
        connect(eras[index] ?? 'modern', `${up.url}/mcp/memory`, await up.token({ subject })),
      ),
    );
    const entities = [{ name: 'secret of Ann', entityType: 'note', observations: ['hers alone'] }];
    expect((await ann?.call('create_entities', { entities }))?.isError).toBe(false);
    expect((await ann?.call('read_graph'))?.text).toContain('hers alone');
    expect((await ben?.call('read_graph'))?.text).not.toContain('hers alone');
    await Promise.all([ann?.close(), ben?.close()]);
  });
});

describe('prod', () => {
  let up: Running;
  beforeAll(async () => {
    up = await start('prod');
  }, installing * 1000);
  afterAll(() => up?.stop());

  it.each(eras)('lets a client of the %s era write a file once two other humans approved', async (era) => {
    const token = await up.token({ subject: `agent-${era}`, owner: 'alice@example.com' });
    const client = await connect(era, `${up.url}/mcp`, token);
    const path = join(up.state, `work/${era}.txt`);
    const write = () => client.call('files__write_file', { path, content: 'approved' });
    const waiting = await write();
    expect(waiting).toMatchObject({ isError: true, decision: { kind: 'waiting' } });
    for (const owner of ['bob@example.com', 'carol@example.com']) {
      expect(existsSync(path)).toBe(false);
      expect((await write()).decision.approval.id).toBe(waiting.decision.approval.id);
      const decided = await (await human(up, owner, ['approver'])).decide(
        waiting.decision.approval.id,
        'approve',
      );
      expect(decided.status, JSON.stringify(decided.body)).toBe(200);
    }
    expect((await write()).isError).toBe(false);
    expect(readFileSync(path, 'utf8')).toBe('approved');
    rmSync(path);
    expect((await write()).text).toMatch(/was already carried out/);
    expect(existsSync(path)).toBe(false);
    await client.close();
  });
});
