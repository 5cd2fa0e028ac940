import { execFile } from 'node:child_process';
import { copyFileSync, globSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { packClone } from '@lockstep/cli/internal';
import { guardrails } from '@lockstep/guardrails';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPack } from './policy-engine.ts';

const root = resolve(import.meta.dirname, '../..');
const bin = join(root, 'node_modules/.bin');
const published = [
  'model',
  'database',
  'gateway',
  'cli',
  'components',
  'aws',
  'guardrails',
  'pulumi-lockstep',
] as const;
const folder = mkdtempSync(join(tmpdir(), 'lockstep-packed-'));
// Two projects with their providers have some 80,000 files.
afterAll(() => rm(folder, { recursive: true, force: true }), 600_000);

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Record<string, Record<string, string>>;
  readonly main?: string;
  readonly bin?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
}

/** Runs a program to its end and returns its output. The error of a failure contains the output too. */
async function run(cwd: string, command: string, ...args: string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(command, args, { cwd, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
  }
}

function manifestOf(path: string): Manifest {
  return JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
}

function tarball(of: string): string {
  const { name, version } = manifestOf(join(root, 'packages', of));
  return join(folder, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
}

beforeAll(() => packClone(root, folder), 600_000);

describe.each(published)('the tarball of %s', (name) => {
  it('contains every file that it points to, a README and a licence, and no test', async () => {
    const files = (await run(folder, 'tar', '-tzf', tarball(name))).trim().split('\n');
    const { exports, main, bin: programs = {} } = manifestOf(join(root, 'packages', name));
    const targets = [
      ...Object.values(exports).flatMap((of) => Object.values(of)),
      ...Object.values(programs),
      ...(main === undefined ? [] : [main, 'PulumiPolicy.yaml']),
    ];
    const missing = targets.filter((target) => !files.includes(join('package', target)));
    expect(missing).toEqual([]);
    expect(files).toEqual(expect.arrayContaining(['package/README.md', 'package/LICENSE']));
    expect(files.filter((file) => /\.(test|fixture)\.|\/testing\/|__snapshots__/.test(file))).toEqual([]);
  });

  it('passes publint and attw', async () => {
    await run(folder, join(bin, 'publint'), '--strict', tarball(name));
    await run(folder, join(bin, 'attw'), '--profile', 'esm-only', tarball(name));
  });
});

/** The SDKs of such a program, at one end of the ranges that the packages allow. */
function peersAt(end: 'lowest' | 'newest'): string[] {
  const peers = ['components', 'aws'].flatMap((name) => {
    const { peerDependencies = {} } = manifestOf(join(root, 'packages', name));
    return Object.entries(peerDependencies);
  });
  return peers.map(([of, range]) => `${of}@${end === 'lowest' ? range.replace('^', '') : range}`);
}
const tools = ['typescript', '@types/node'].map((name) => {
  return `${name}@${manifestOf(join(root, 'node_modules', name)).version}`;
});

describe.each([
  ['commonjs', 'lowest'],
  ['module', 'newest'],
] as const)('a project of type %s with the %s SDKs', (type, end) => {
  const project = join(folder, type);
  beforeAll(async () => {
    mkdirSync(project);
    writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'mine', private: true, type }));
    copyFileSync(join(import.meta.dirname, 'packed/program.ts'), join(project, 'program.ts'));
    const quiet = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    const packages = [...published.map(tarball), ...new Set(peersAt(end)), ...tools];
    await run(project, 'npm', 'install', ...quiet, ...packages);
  }, 600_000);

  const check = (...how: string[]) =>
    run(
      project,
      join(project, 'node_modules/.bin/tsc'),
      ...['--strict', '--target', 'es2024', '--lib', 'es2024,esnext.disposable', '--types', 'node'],
      ...how,
      'program.ts',
    );

  it('has one copy of the SDK, its own', () => {
    const copies = globSync('**/node_modules/@pulumi/pulumi/package.json', { cwd: project });
    expect(copies).toEqual(['node_modules/@pulumi/pulumi/package.json']);
  });

  it('type-checks as bundlers resolve, including declarations of libraries', async () => {
    await check('--noEmit', '--module', 'preserve', '--moduleResolution', 'bundler');
  });

  it('type-checks as Node resolves, and runs', async () => {
    await check('--outDir', 'out', '--module', 'node20', '--moduleResolution', 'node16');
    const compiled = readFileSync(join(project, 'out/program.js'), 'utf8');
    expect(compiled.includes('require("@lockstep/components")')).toBe(type === 'commonjs');
    const { types, problems } = JSON.parse(await run(project, process.execPath, 'out/program.js'));
    expect(types).toEqual(
      expect.arrayContaining([
        'lockstep-aws:index:AuditArchive',
        'aws:iam/role:Role',
        'lockstep:index:McpServer',
        'kubernetes:apps/v1:Deployment',
      ]),
    );
    expect(problems).toBe(1);
  });

  it('has a policy pack, which judges resources as the engine hands them over', async () => {
    await using pack = await startPack(join(project, 'node_modules/@lockstep/guardrails'));
    expect(await pack.policies()).toEqual(guardrails.map(({ name }) => name));
    const labels = { 'app.kubernetes.io/part-of': 'lockstep' };
    const said = await pack.analyze('kubernetes:apps/v1:Deployment', {
      metadata: { name: 'mcp-files', labels },
      spec: { template: { spec: { containers: [{ image: 'example/files:1' }] } } },
    });
    expect(said).toEqual([expect.stringMatching(/"example\/files:1", which has no digest/)]);
  });

  it('has the command', async () => {
    const { version } = manifestOf(join(root, 'packages/cli'));
    const printed = await run(project, join(project, 'node_modules/.bin/lockstep'), '--version');
    expect(printed.trim()).toBe(version);
  });
});
