import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { root } from '../imports.ts';
import { type Registry, startRegistry } from './registry.ts';

// A repository with the real set-up script and npm, and with one package for the command, one for the stacks and one tool.
let repository: string;
let registry: Registry;
/** What the lock says of each package that comes from the registry. */
let locked: Record<string, { version: string; integrity: string; dev?: true }>;

beforeEach(async () => {
  repository = await mkdtemp(join(tmpdir(), 'lockstep-setup-'));
  registry = await startRegistry(join(repository, 'registry'));
  locked = {
    runs: publish('runs', '1.0.0'),
    sdk: publish('sdk', '1.0.0'),
    tool: { ...publish('tool', '1.0.0'), dev: true },
  };
  cpSync(join(root, 'scripts/setup'), join(repository, 'scripts/setup'), { recursive: true });
  cpSync(join(root, 'scripts/setup.mjs'), join(repository, 'scripts/setup.mjs'));
  writeLock();
});
afterEach(async () => {
  await registry[Symbol.asyncDispose]();
  await rm(repository, { recursive: true, force: true });
});

function publish(name: string, version: string) {
  return { version, integrity: registry.publish(name, version) };
}

/** Writes the manifests and the lock as `locked` says. */
function writeLock(): void {
  const workspaces = {
    'packages/cli': { name: '@lockstep/cli', version: '1.0.0', dependencies: { runs: locked.runs?.version } },
    stacks: { name: '@lockstep/stacks', version: '1.0.0', dependencies: { sdk: locked.sdk?.version } },
  };
  const main = {
    name: 'mine',
    version: '1.0.0',
    workspaces: Object.keys(workspaces),
    devDependencies: { tool: locked.tool?.version },
  };
  for (const [folder, manifest] of Object.entries({ '': main, ...workspaces })) {
    mkdirSync(join(repository, folder), { recursive: true });
    writeFileSync(join(repository, folder, 'package.json'), JSON.stringify(manifest));
  }
  const links = Object.entries(workspaces).map(([resolved, { name }]) => [
    `node_modules/${name}`,
    { resolved, link: true },
  ]);
  const fetched = Object.entries(locked).map(([name, entry]) => [`node_modules/${name}`, entry]);
  const packages = { '': main, ...workspaces, ...Object.fromEntries([...links, ...fetched]) };
  const lock = { name: main.name, version: main.version, lockfileVersion: 3, requires: true, packages };
  writeFileSync(join(repository, 'package-lock.json'), JSON.stringify(lock));
}

/** Runs the script as `npm start` and `npm test` do. */
async function setUp(purpose: 'start' | 'everything', url = registry.url) {
  const inherited = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
  const child = spawn(process.execPath, ['scripts/setup.mjs', ...(purpose === 'start' ? ['start'] : [])], {
    cwd: repository,
    env: {
      ...Object.fromEntries(inherited),
      npm_config_registry: url,
      npm_config_cache: join(repository, 'cache'),
      npm_config_userconfig: join(repository, 'npmrc'),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const code = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { said: await text(child.stderr), code: await code };
}

const versions = () =>
  Object.fromEntries(
    ['runs', 'sdk', 'tool'].map((name) => {
      const path = join(repository, 'node_modules', name, 'package.json');
      return [name, existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).version : undefined];
    }),
  );

describe('setting up', () => {
  it('installs for `npm start` what it runs with, and for all else the rest', async () => {
    const start = await setUp('start');
    expect(start).toMatchObject({ code: 0 });
    expect(start.said).toMatch(/^Installing 1 package, only what `npm start` runs with \(once\)…\n/);
    expect(versions()).toEqual({ runs: '1.0.0', sdk: undefined, tool: undefined });
    expect(await setUp('start')).toEqual({ code: 0, said: '' });

    const { ino } = statSync(join(repository, 'node_modules/runs/package.json'));
    const rest = await setUp('everything');
    expect(rest.said).toMatch(/^Installing 2 packages, with the Pulumi SDKs/);
    expect(versions()).toEqual({ runs: '1.0.0', sdk: '1.0.0', tool: '1.0.0' });
    // A gateway may be running from it.
    expect(statSync(join(repository, 'node_modules/runs/package.json')).ino).toBe(ino);
    expect(await setUp('everything')).toEqual({ code: 0, said: '' });
  });

  it('keeps a whole installation whole when `npm start` follows a changed lock', async () => {
    await setUp('everything');
    expect(await setUp('start')).toEqual({ code: 0, said: '' });
    locked = { ...locked, runs: publish('runs', '1.1.0') };
    writeLock();
    const changed = await setUp('start');
    expect(changed.code, changed.said).toBe(0);
    expect(versions()).toEqual({ runs: '1.1.0', sdk: '1.0.0', tool: '1.0.0' });
  });

  it('changes nothing in the lock', async () => {
    const before = readFileSync(join(repository, 'package-lock.json'), 'utf8');
    await setUp('start');
    await setUp('everything');
    expect(readFileSync(join(repository, 'package-lock.json'), 'utf8')).toBe(before);
  });

  it("says at once which registry it can't reach", async () => {
    const { url } = registry;
    await registry[Symbol.asyncDispose]();
    const { code, said } = await setUp('start', url);
    expect(code).toBe(2);
    expect(said).toContain(
      `setup: The npm registry ${new URL(url).host} can't be reached (ECONNREFUSED); connect this machine`,
    );
  });
});
