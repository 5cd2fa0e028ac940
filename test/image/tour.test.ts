import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { archiveName } from '@lockstep/cli/internal';
import { podFiles, podFolders } from '@lockstep/model/internal';
import { writeVolume } from '@lockstep/testing/kubelet-volume';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { environments } from '../../stacks/environments.ts';
import { lockstepCommand, type Ran, repository } from '../end-to-end/project.ts';
import { type Containers, findContainers } from './containers.ts';
import { renderedBundle, renderedContainer } from './rendered.ts';

// The README's tour of prod, with the images: what `render prod` writes is run as containers, with the bundle that it
// would deploy. CONTAINERS names the program that runs them, and BASE an image with Node to build on.

const { CONTAINERS, BASE } = process.env;
const containers = findContainers(CONTAINERS);
if (containers === undefined) console.warn('skipped: the tour needs docker or podman; install one');

let folder: string;
const at = (name: string) => join(folder, name);
const opened = new AsyncDisposableStack();
afterAll(() => opened.disposeAsync());

function run(command: readonly string[]): Promise<Ran> {
  const [program = '', ...args] = command;
  return new Promise((settle) => {
    const options = { cwd: repository, maxBuffer: 64 * 1024 * 1024 };
    execFile(program, args, options, (error, stdout, stderr) => {
      settle({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
  });
}

const lockstep = (...args: string[]) => run(lockstepCommand(args));

/** Runs what must succeed. */
async function make(command: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(command);
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const mounted = (from: string, to: string) => ['--volume', `${from}:${to}:ro`];
/** As a pod's `fsGroup` does it. */
const access = ['--group-add', String(process.getgid?.()), '--tmpfs', podFolders.state, '--tmpfs', '/tmp'];

async function makeImages(own: Containers): Promise<{ gateway: string; files: string }> {
  const base = BASE === undefined ? [] : ['--base', BASE];
  const where = ['--archive', at('images'), '--containerfiles', at('none'), '--state', at('state')];
  const script = [process.execPath, '--conditions=lockstep-source', 'scripts/image/main.ts'];
  await make([...script, 'gateway', 'files', ...base, ...where]);
  const list: Record<string, string> = JSON.parse(readFileSync(at('images/images.json'), 'utf8'));
  const load = async (entry: string) => {
    const image = await own.load(at(`images/${archiveName(list[entry]?.split('@')[1] ?? '')}`));
    opened.defer(() => own.remove(image));
    return image;
  };
  return {
    gateway: await load('gateway'),
    files: await load(`files@${environments.prod?.releases.files?.label}`),
  };
}

/** Makes keys and tokens as for a cluster; the tokens are in files by subject. */
async function makeSecrets(): Promise<void> {
  await make(lockstepCommand(['keys', 'create', at('made')]));
  const keys = readdirSync(at('made')).filter((name) => name.endsWith('.key'));
  const read = keys.map((name) => [name, readFileSync(at(`made/${name}`))] as const);
  await writeVolume(at('keys'), new Map(read), 0o440);
  await writeVolume(at('bridge'), new Map(read.filter(([name]) => name === 'bridge.key')), 0o440);
  const wishes = [
    ['agent'],
    ['bob', '--for', 'admin', '--role', 'approver'],
    ['cara', '--for', 'admin', '--role', 'approver'],
    ['dana', '--for', 'admin', '--role', 'auditor'],
  ];
  const entries: object[] = [];
  for (const [subject = '', ...rest] of wishes) {
    const command = ['token', 'create', subject, '--owner', `${subject}@example.com`, ...rest];
    const { token, entry } = JSON.parse(await make(lockstepCommand([...command, '--offline', '--json'])));
    writeFileSync(at(`${subject}.token`), token, { mode: 0o600 });
    entries.push(entry);
  }
  await writeVolume(at('tokens'), new Map([['tokens.json', JSON.stringify(entries)]]), 0o440);
}

let url: string;
/** Options of a command that somebody gives. */
const as = (subject: string) => ['--url', url, '--token-file', at(`${subject}.token`)];
const write = () =>
  lockstep('call', 'files/write_file', '--args', '{"path":"hello.md","content":"hello"}', ...as('agent'));

describe.skipIf(containers === undefined)('prod in containers', () => {
  let approval: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lockstep-tour-'));
    opened.defer(() => rm(folder, { recursive: true, force: true }));
    const own = containers as Containers;
    const images = await makeImages(own);
    await makeSecrets();
    await make(lockstepCommand(['render', 'prod', '--out', at('out')]));

    const [bridgePort, port, metricsPort] = [await freePort(), await freePort(), await freePort()];
    const host = ['--host', '127.0.0.1'];
    const [mode = '', ...command] = renderedContainer(at('out'), 'mcp-files').args;
    const bridge = await own.start(
      images.files,
      [...access, ...mounted(at('bridge'), podFolders.bridgeKey)],
      [mode, ...host, '--port', String(bridgePort), ...command],
      `http://127.0.0.1:${bridgePort}/healthz`,
    );
    opened.defer(async () => void (await bridge.stop()));

    const bundle = renderedBundle(at('out'));
    const deployment = Buffer.from(bundle.get('_deployment.json') ?? '').toString();
    const moved = deployment.replace(/http:\/\/mcp-files\.[\w.-]+:\d+/, `http://127.0.0.1:${bridgePort}`);
    await writeVolume(at('bundle'), bundle.set('_deployment.json', Buffer.from(moved)));
    const { args, env } = renderedContainer(at('out'), 'lockstep-gateway');
    url = `http://127.0.0.1:${port}`;
    const gateway = await own.start(
      images.gateway,
      [
        ...access,
        ...mounted(at('bundle'), podFolders.bundle),
        ...mounted(at('keys'), podFolders.keys),
        ...mounted(at('tokens'), podFiles.tokens.replace(/\/[^/]*$/, '')),
        ...env.flatMap(({ name, value }) => ['--env', `${name}=${value}`]),
      ],
      [...args, ...host, '--port', String(port), '--metrics-port', String(metricsPort)],
      `${url}/readyz`,
    );
    opened.defer(async () => expect(await gateway.stop()).toBe(0));
  }, 600_000);

  it('has a write wait for two humans', async () => {
    const { stdout, stderr } = await write();
    expect(stdout + stderr).toContain(
      'waits for approval by 2 other humans with the role approver (0 so far)',
    );
    approval = /approvals\/(apr_[\w-]+)/.exec(stdout + stderr)?.[1] ?? '';
    expect((await lockstep('approvals', 'list', ...as('bob'))).stdout).toContain(approval);
  });

  it('does it once both have approved, and once only', async () => {
    for (const approver of ['bob', 'cara']) {
      expect(await lockstep('approvals', 'approve', approval, ...as(approver))).toMatchObject({
        code: 0,
        stderr: '',
      });
    }
    expect(await write()).toMatchObject({ code: 0, stdout: expect.stringContaining('hello.md') });
    const again = await write();
    expect(again.stdout + again.stderr).toContain(`under approval ${approval}`);
    const read = ['call', 'files/read_text_file', '--args', '{"path":"hello.md"}', ...as('agent')];
    expect(await lockstep(...read)).toMatchObject({ code: 0, stdout: expect.stringContaining('hello') });
  });

  it('proves it', async () => {
    const found = await lockstep('audit', 'search', '--approval', approval, ...as('dana'));
    expect(found).toMatchObject({ code: 0, stdout: expect.stringContaining('files/write_file') });
    expect(await lockstep('audit', 'verify', ...as('dana'))).toMatchObject({ code: 0 });
  });
});
