import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { install, isInstalled, packageFolder } from './install.ts';
import { lockNpm, type NpmSource, npmBin } from './npm.ts';

// An `npm` that answers from a folder instead of a registry, and writes down how it was called.
const fakeNpm = `#!/bin/sh
echo "$@ | $npm_config_workspace | $(cat .npmrc 2>/dev/null)" >> "$FAKE/calls"
[ -e "$FAKE/fail" ] && { echo "npm error code E404" >&2; echo "npm error 404 Not Found - no such package" >&2; exit 1; }
[ -e "$FAKE/stale" ] && case "$*" in *prefer-offline*) echo "npm error notarget No matching version found for x@1." >&2; exit 1 ;; esac
case "$1" in
  install) cp "$FAKE/package-lock.json" . ;;
  ci) mkdir -p node_modules/@a/srv/dist && echo ok > node_modules/@a/srv/dist/main.js ;;
esac
`;

let fake: string;
let packages: string;
beforeEach(() => {
  fake = mkdtempSync(join(tmpdir(), 'fake-npm-'));
  packages = join(fake, 'state', 'packages');
  mkdirSync(join(fake, 'project', 'stacks'), { recursive: true });
  writeFileSync(join(fake, 'npm'), fakeNpm);
  chmodSync(join(fake, 'npm'), 0o755);
  vi.stubEnv('PATH', `${fake}${delimiter}${process.env.PATH}`);
  vi.stubEnv('FAKE', fake);
  vi.stubEnv('npm_execpath', undefined);
  vi.stubEnv('npm_config_workspace', 'packages/cli');
  serve({ srv: './dist/main.js' });
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(fake, { recursive: true, force: true });
});

function serve(bin: Record<string, string>): void {
  const own = { version: '1.2.3', integrity: 'sha512-x', license: 'MIT', funding: { url: 'https://x' }, bin };
  const lock = { packages: { '': { dependencies: { '@a/srv': '1.2.3' } }, 'node_modules/@a/srv': own } };
  writeFileSync(join(fake, 'package-lock.json'), JSON.stringify(lock));
}

const project = () => join(fake, 'project', 'stacks');
const calls = () => readFileSync(join(fake, 'calls'), 'utf8').trim().split('\n');

test('locks a package with its tree, its executable, and nothing that is mere noise', async () => {
  const source = await lockNpm({ package: '@a/srv', project: project() });
  expect(source).toEqual({
    type: 'npm',
    package: '@a/srv',
    version: '1.2.3',
    bin: 'dist/main.js',
    lockfile: {
      '': { dependencies: { '@a/srv': '1.2.3' } },
      'node_modules/@a/srv': { version: '1.2.3', integrity: 'sha512-x', bin: { srv: './dist/main.js' } },
    },
  });
  expect(calls()).toEqual([
    'install @a/srv@latest --package-lock-only --save-exact --omit-lockfile-registry-resolved --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error --fetch-retries=2 --fetch-retry-mintimeout=500 --fetch-retry-factor=2 |  |',
  ]);
});

test("an executable must be named where it isn't clear which one is meant", async () => {
  serve({ one: 'a.js', two: 'b.js' });
  await expect(lockNpm({ package: '@a/srv', project: project() })).rejects.toThrow(
    'the npm package @a/srv has several executables; set `bin` to one of one, two.',
  );
  expect(await lockNpm({ package: '@a/srv', bin: 'two', project: project() })).toMatchObject({ bin: 'b.js' });
  serve({});
  await expect(lockNpm({ package: '@a/srv', project: project() })).rejects.toThrow(
    "has no executable; it can't be run",
  );
});

test("installs a tree once, whole, without scripts, with the project's own .npmrc and without leaving it there", async () => {
  writeFileSync(join(fake, 'project', '.npmrc'), 'registry=https://npm.example.com');
  const source = await lockNpm({ package: '@a/srv', project: project() });
  expect(isInstalled(source, packages)).toBe(false);
  const [folder] = await Promise.all([
    install(source, packages, project()),
    install(source, packages, project()),
  ]);
  expect(folder).toBe(packageFolder(source, packages));
  expect(readFileSync(npmBin(source, folder), 'utf8')).toBe('ok\n');
  expect(existsSync(join(folder, '.npmrc'))).toBe(false);
  expect(readdirSync(packages)).toEqual([expect.stringMatching(/^npm-[0-9a-f]{32}$/)]);
  const before = calls();
  expect(before.at(-1)).toMatch(/^ci .*--ignore-scripts.* \| registry=https:\/\/npm\.example\.com$/);
  await install(source, packages, project());
  expect(calls()).toEqual(before);
});

test("asks the registry where npm's cache is older than the lock", async () => {
  const source = await lockNpm({ package: '@a/srv', project: project() });
  writeFileSync(join(fake, 'stale'), '');
  await install(source, packages, project());
  expect(
    calls()
      .slice(1)
      .map((call) => call.includes('--prefer-offline')),
  ).toEqual([true, false]);
});

test("a failure leaves nothing behind and says why in npm's own words", async () => {
  const source: NpmSource = { type: 'npm', package: 'x', version: '1', bin: 'i.js', lockfile: {} };
  writeFileSync(join(fake, 'fail'), '');
  await expect(install(source, packages, project())).rejects.toThrow(
    "npm can't install x 1: 404 Not Found - no such package.",
  );
  expect(readdirSync(packages)).toEqual([]);
  await expect(lockNpm({ package: 'x', project: project() })).rejects.toThrow(
    "npm can't resolve x@latest: 404",
  );
});
