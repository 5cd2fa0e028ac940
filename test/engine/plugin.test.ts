import { execFile, spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { packClone } from '@lockstep/cli/internal';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { standInFor } from './pulumi.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'lockstep-plugin-'));
const home = join(folder, 'home');
const yaml = join(folder, 'yaml');
const python = join(folder, 'python');
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(cwd: string, command: string, ...args: string[]): Promise<string> {
  const env = {
    ...process.env,
    PULUMI_HOME: home,
    PULUMI_BACKEND_URL: `file://${cwd}`,
    PULUMI_CONFIG_PASSPHRASE: 'a passphrase of the test',
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
  };
  const { stdout } = await promisify(execFile)(command, args, { cwd, env, maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

const pulumi = (cwd: string, ...args: string[]) =>
  run(cwd, 'pulumi', ...args, '--non-interactive', '--color=never');

/** Installs our stand-in as the provider that the plugin's SDK names. */
function installStandIn(name: string): Promise<void> {
  const manifest = join(yaml, 'plugin/node_modules/@pulumi', name, 'package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8'));
  return standInFor(name, version, join(home, `plugins/resource-${name}-v${version}`));
}

// What the README of the examples has people do.
beforeAll(async () => {
  for (const copy of [yaml, python])
    cpSync(join(root, 'examples', copy.slice(folder.length + 1)), copy, { recursive: true });
  const tarballs = await packClone(root, join(folder, 'vendor'), [
    '@lockstep/model',
    '@lockstep/components',
    '@lockstep/lockstep',
  ]);
  const quiet = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await run(join(yaml, 'plugin'), 'npm', 'install', ...quiet, ...tarballs.values());
  cpSync(join(yaml, 'plugin'), join(python, 'plugin'), { recursive: true });
  const bundle = [
    'packages/cli/src/main.ts',
    'bundle',
    'dev',
    '--config',
    'examples/minimal/environments.ts',
  ];
  for (const copy of [yaml, python]) {
    const args = ['--conditions=lockstep-source', ...bundle, '--out', join(copy, 'dev.bundle.json')];
    await run(root, process.execPath, ...args);
  }
  await installStandIn('kubernetes');
  await installStandIn('vault');
}, 600_000);

/** What a preview of either program shows. */
const shown = [
  /lockstep:index:McpEnvironment\s+dev\s+create/,
  /lockstep:index:McpServer\s+dev\.memory\s+create/,
  /lockstep:index:McpGateway\s+dev-gateway\s+create/,
  /kubernetes:apps\/v1:StatefulSet\s+dev\.memory-workload\s+create/,
  /"?memory\/create_entities"?\s*: "write approve by 1/,
];

it('shows the schema that was reviewed, with every component', async () => {
  const { resources } = JSON.parse(await pulumi(yaml, 'package', 'get-schema', './plugin'));
  const text = readFileSync(join(root, 'packages/pulumi-lockstep/schema.json'), 'utf8');
  // The engine leaves out what `requiredInputs` says too.
  const reviewed = JSON.parse(text, (key, value) => (key === 'optional' ? undefined : value));
  expect(resources).toMatchObject(reviewed.resources);
});

it('previews a whole environment in at most 25 lines of YAML', async () => {
  await pulumi(yaml, 'package', 'add', './plugin');
  const program = readFileSync(join(yaml, 'Pulumi.yaml'), 'utf8');
  expect(program.trimEnd().split('\n').length).toBeLessThanOrEqual(25);
  await pulumi(yaml, 'stack', 'init', 'dev');
  const preview = await pulumi(yaml, 'preview');
  for (const line of shown) expect(preview).toMatch(line);
});

it.skipIf(spawnSync('python3', ['--version']).status !== 0)(
  'previews the same in Python, with an SDK that has a type for every setting',
  async () => {
    await pulumi(python, 'package', 'add', './plugin');
    const [sdk = ''] = globSync('sdks/lockstep/pulumi_lockstep/_inputs.py', { cwd: python });
    expect(readFileSync(join(python, sdk), 'utf8')).toContain('class GatewaySettingsArgs');
    await pulumi(python, 'stack', 'init', 'dev');
    const preview = await pulumi(python, 'preview');
    for (const line of shown) expect(preview).toMatch(line);
  },
  900_000,
);
