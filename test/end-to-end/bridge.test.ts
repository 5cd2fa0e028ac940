import { randomBytes } from 'node:crypto';
import { globSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lock, ServerInput } from '@lockstep/model';
import { isAlive } from '@lockstep/testing/process';
import { until } from '@lockstep/testing/until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import stackLock from '../../stacks/tools.lock.json' with { type: 'json' };
import { type BridgedGateway, type BridgeProcess, openBridgedGateway, startBridge } from './bridges.ts';
import { connect, eras } from './clients.ts';
import { lockstepCommand, makeProject, type Project, repository, testServer } from './project.ts';
import { startUp } from './running.ts';
import { makeTrigger } from './trigger.ts';

interface Notes {
  memory: string[];
  file: string[];
  pid: number;
  folder: string;
}

const key = randomBytes(32);
const trigger = makeTrigger();
const published = '@modelcontextprotocol/server-memory';
const scripts = {
  notes: ['stateful.ts', '${principaldir}'],
  diary: ['stateful.ts', '${principaldir}'],
  words: ['changing.ts', trigger.path],
} as const;
const memory: ServerInput = {
  run: { npm: published, env: { MEMORY_FILE_PATH: '${principaldir}/memory.jsonl' } },
};

let project: Project;
const bridges: Record<string, BridgeProcess> = {};
let house: BridgedGateway;
let url: string;

beforeAll(async () => {
  const own = Object.fromEntries(
    Object.entries(scripts).map(([name, [script, ...args]]) => [name, testServer(script, args)]),
  );
  project = await makeProject({ servers: own, environments: { staging: { profile: 'staging' } } });
  const locked = await project.readLock();
  const pinned = stackLock as unknown as Lock;
  const { memory: lockedMemory } = pinned.servers;
  if (lockedMemory === undefined) throw new Error('the stacks lock no memory server');
  const lock = { ...locked, servers: { ...locked.servers, memory: lockedMemory } };
  const started = await Promise.all([
    ...Object.entries(scripts).map(async ([name, [script, ...args]]) => {
      const command = [process.execPath, join(repository, 'test/servers', script), ...args];
      return [name, await startBridge(key, command)] as const;
    }),
    installedMemory().then(async (path) => {
      const env = { MEMORY_FILE_PATH: '${principaldir}/memory.jsonl' };
      return ['memory', await startBridge(key, [process.execPath, path], env)] as const;
    }),
  ]);
  Object.assign(bridges, Object.fromEntries(started));
  const urls = Object.fromEntries(started.map(([name, bridge]) => [name, bridge.url]));
  house = await openBridgedGateway({ servers: { ...own, memory }, lock, key }, urls);
  ({ url } = house.gateway);
}, 240_000);
afterAll(async () => {
  await house?.remove();
  for (const bridge of Object.values(bridges)) await bridge.remove();
  await project?.remove();
  trigger.remove();
});

/** The published memory server at the stacks' pin, installed as `npm start` does it. */
async function installedMemory(): Promise<string> {
  const state = realpathSync(mkdtempSync(join(tmpdir(), 'lockstep-real-')));
  const packages = join(repository, '.lockstep/packages');
  mkdirSync(packages, { recursive: true, mode: 0o700 });
  symlinkSync(packages, join(state, 'packages'));
  const { KUBECONFIG: _cluster, LOCKSTEP_TOKEN: _token, ...env } = process.env;
  const up = await startUp({
    command: lockstepCommand(['up', 'staging', '--port', '0', '--state', state]),
    ...{ cwd: repository, env, state: join(state, 'staging'), seconds: 180 },
  });
  await up.stop();
  rmSync(state, { recursive: true, force: true });
  const [script] = globSync(join(packages, 'npm-*/node_modules', published, 'dist/index.js'));
  if (script === undefined) throw new Error(`${published} was not installed`);
  return script;
}

describe.each(eras)('two principals of a server behind a bridge, in the %s era', (era) => {
  const people = async () =>
    Promise.all(
      [`ann-${era}`, `ben-${era}`].map(async (subject) =>
        connect(era, `${url}/mcp`, await house.token(subject)),
      ),
    );

  it('see nothing of each other in its memory or its files', async () => {
    const clients = await people();
    for (const [index, client] of clients.entries()) {
      await client.call('notes__remember', { note: `secret ${index}` });
    }
    const seen: Notes[] = [];
    for (const client of clients) seen.push(JSON.parse((await client.call('notes__recall')).text));
    for (const [index, notes] of seen.entries()) {
      expect(notes.memory).toEqual([`secret ${index}`]);
      expect(notes.file).toEqual([`secret ${index}`]);
      expect(notes.folder.startsWith(join(bridges.notes?.state ?? '', 'principals'))).toBe(true);
    }
    expect(seen[0]?.pid).not.toBe(seen[1]?.pid);
    expect(seen[0]?.folder).not.toBe(seen[1]?.folder);
    for (const client of clients) await client.close();
  });

  it('have a graph each with the published memory server', async () => {
    const [ann, ben] = await people();
    const entities = [{ name: 'secret of Ann', entityType: 'note', observations: ['hers alone'] }];
    expect((await ann?.call('memory__create_entities', { entities }))?.isError).toBe(false);
    expect((await ann?.call('memory__read_graph'))?.text).toContain('hers alone');
    expect((await ben?.call('memory__read_graph'))?.text).not.toContain('hers alone');
    for (const client of [ann, ben]) await client?.close();
  });
});

describe('a server behind a bridge', () => {
  it('gets a new process with the same folder for the next call after it lost one', async () => {
    const client = await connect('modern', `${url}/mcp/notes`, await house.token('cid'));
    await client.call('remember', { note: 'kept' });
    const { pid } = JSON.parse((await client.call('recall')).text) as Notes;
    process.kill(pid, 'SIGKILL');
    const after = await until('it is up again', async () => {
      const { isError, text } = await client.call('recall');
      return !isError && (JSON.parse(text) as Notes);
    });
    expect(after).toMatchObject({ memory: [], file: ['kept'] });
    expect(after.pid).not.toBe(pid);
    await client.close();
  });

  it('has a changed item quarantined, and nothing else', async () => {
    const client = await connect('modern', `${url}/mcp/words`, await house.token('dan'));
    expect((await client.call('lookup', { word: 'tree' })).text).toBe('tree: a word');
    trigger.pull();
    await until('it is in quarantine', async () => (await client.call('lookup', { word: 'tree' })).isError);
    const refused = await client.call('lookup', { word: 'tree' });
    expect(refused.decision).toMatchObject({ kind: 'quarantined' });
    expect((await client.call('steady')).text).toBe('steady');
    trigger.release();
    await until('it is back', async () => !(await client.call('lookup', { word: 'tree' })).isError);
    await client.close();
  });

  it('leaves no process when its pod is told to end, or when it is killed', async () => {
    const client = await connect('modern', `${url}/mcp`, await house.token('eve'));
    for (const [server, signal] of [
      ['notes', 'SIGTERM'],
      ['diary', 'SIGKILL'],
    ] as const) {
      const { pid } = JSON.parse((await client.call(`${server}__recall`)).text) as Notes;
      expect(await isAlive(pid)).toBe(true);
      expect(await bridges[server]?.end(signal), server).toBe(signal === 'SIGTERM' ? 0 : null);
      await until(`no process of ${server} is left`, async () => !(await isAlive(pid)));
    }
    const refused = await client.call('notes__recall');
    expect(refused.isError).toBe(true);
    expect(refused.text).toMatch(/^notes\/recall was not called: /);
    await client.close();
  });
});
