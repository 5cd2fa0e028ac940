import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runMode } from '../testing/run-mode.ts';

let folder: string;
let archive: Buffer;
let registry: Server;
let address: string;

/** The npm of the Node that runs the tests, or of this machine. */
function npmOf(): string {
  const { npm_execpath: script = '' } = process.env;
  if (script.endsWith('npm-cli.js')) return script;
  const npm = execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim();
  return join(dirname(realpathSync(npm)), 'npm-cli.js');
}

/** Makes a package whose script would leave a file, and a registry that has nothing else. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-install-'));
  const made = join(folder, 'made/package');
  mkdirSync(made, { recursive: true });
  const postinstall = `touch ${join(folder, 'ran')}`;
  writeFileSync(
    join(made, 'package.json'),
    JSON.stringify({ name: 'one', version: '1.0.0', bin: 'index.js', scripts: { postinstall } }),
  );
  writeFileSync(join(made, 'index.js'), 'the server');
  execFileSync('tar', ['-czf', join(folder, 'one.tgz'), '-C', dirname(made), 'package']);
  archive = readFileSync(join(folder, 'one.tgz'));
  registry = createServer((request, response) => {
    const dist = { tarball: `${address}one-1.0.0.tgz`, integrity: integrityOf(archive) };
    const versions = { '1.0.0': { name: 'one', version: '1.0.0', dist } };
    if (request.url === '/one-1.0.0.tgz') response.end(archive);
    else if (request.url === '/one') response.end(JSON.stringify({ name: 'one', versions }));
    else response.writeHead(404).end('{}');
  }).listen(0, '127.0.0.1');
  await once(registry, 'listening');
  address = `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`;
});
afterAll(() => {
  registry.close();
  rmSync(folder, { recursive: true, force: true });
});

function integrityOf(bytes: Uint8Array): string {
  return `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
}

/** Installs a source into an empty folder, from the registry or from elsewhere. */
async function install(source: object, from = address) {
  const into = mkdtempSync(join(folder, 'into-'));
  const file = join(into, 'source');
  writeFileSync(file, JSON.stringify(source));
  const flags = ['--source', file, '--into', into, '--npm', npmOf(), '--registry', from];
  return { into, ...(await runMode(['install', ...flags])) };
}

const sourceWith = (entry: object) => ({
  type: 'npm',
  package: 'one',
  version: '1.0.0',
  bin: 'index.js',
  lockfile: {
    '': { name: 'lockstep-server', dependencies: { one: '1.0.0' } },
    'node_modules/one': { version: '1.0.0', hasInstallScript: true, ...entry },
  },
});

it('installs the locked tree, and runs nothing of it', async () => {
  const { code, stderr, into } = await install(sourceWith({ integrity: integrityOf(archive) }));
  expect(code, stderr).toBe(0);
  expect(stderr).toContain('one 1.0.0 is installed, as the lock pins it.');
  expect(readFileSync(join(into, 'node_modules/one/index.js'), 'utf8')).toBe('the server');
  expect(existsSync(join(folder, 'ran'))).toBe(false);
});

it('installs nothing that has another hash than the lock', async () => {
  const { code, stderr, into } = await install(sourceWith({ integrity: integrityOf(Buffer.from('else')) }));
  expect(code).toBe(1);
  expect(JSON.parse(stderr).msg).toMatch(/^npm can't install one 1\.0\.0: .*integrity/i);
  expect(existsSync(join(into, 'node_modules/one/index.js'))).toBe(false);
});

it('takes nothing from the registry that the lock says is bundled', async () => {
  const { code, into } = await install(sourceWith({ inBundle: true }));
  expect(code).toBe(1);
  expect(existsSync(join(into, 'node_modules/one/index.js'))).toBe(false);
});

it.each([
  ['an entry without a hash', sourceWith({}), 'has no integrity for node_modules/one; run it from an image'],
  [
    'a hash that npm skips',
    sourceWith({ integrity: 'none' }),
    'has no integrity for node_modules/one; run it',
  ],
  [
    'a package of another kind',
    { type: 'pypi', package: 'one', version: '1', bin: 'one', requirements: [] },
    'is of the type pypi, and only npm is in this image; run it from an image.',
  ],
])('refuses %s', async (_, source, sentence) => {
  const { code, stderr } = await install(source);
  expect(code).toBe(2);
  expect(stderr).toContain(sentence);
});

it('says that the registry is out of reach', async () => {
  const { code, stderr } = await install(
    sourceWith({ integrity: integrityOf(archive) }),
    'http://127.0.0.1:9/',
  );
  expect(code).toBe(1);
  expect(JSON.parse(stderr).msg).toContain("the registry 127.0.0.1:9 can't be reached (");
});
