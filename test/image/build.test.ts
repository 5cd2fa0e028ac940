import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  archiveName,
  type Engine,
  findBuilder,
  type ImageRequest,
  openArchives,
  produce,
} from '@lockstep/cli/internal';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openRegistry } from './registry.ts';

const engine = await findBuilder().catch(() => undefined);
if (engine === undefined)
  console.warn('skipped: building images needs docker, podman or buildah; install one');

let folder: string;
let context: string;
const made: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-build-'));
  context = mkdtempSync(join(folder, 'context-'));
  // A different image for each run, since several may use this machine at the same time.
  writeFileSync(join(context, 'run'), `#!/app ${folder}\n`);
  chmodSync(join(context, 'run'), 0o755);
  writeFileSync(join(folder, 'Containerfile'), 'FROM scratch\nCOPY . /app/\nUSER 65532:65532\n');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});
afterAll(() => {
  if (engine === undefined) return;
  for (const tag of made)
    execFileSync(engine.name, engine.name === 'docker' ? ['rmi', tag] : ['rmi', '--force', tag]);
});

const request = (): ImageRequest => ({
  entry: 'gateway',
  repository: 'lockstep-test-build',
  version: '1',
  context,
  containerfile: join(folder, 'Containerfile'),
  args: {},
  labels: { 'org.opencontainers.image.version': '1' },
  platform: 'linux/amd64',
  epoch: 0,
});

/** Builds archives in a folder of their own. Removes what the engine keeps, so that the next build starts anew. */
async function archive(own: Engine, name: string, wish: ImageRequest): Promise<string> {
  const { tag, archive: file } = await produce(wish, own, {
    type: 'archives',
    archives: openArchives(join(folder, name)),
  });
  execFileSync(own.name, ['rmi', tag]);
  expect(existsSync(join(folder, name, file ?? ''))).toBe(true);
  return file ?? '';
}

describe.skipIf(engine === undefined)('an image', () => {
  const own = engine as Engine;

  it.skipIf(engine?.name === 'docker')('has the same digest whenever it has the same content', async () => {
    const first = await archive(own, 'one', request());
    utimesSync(join(context, 'run'), 1e9, 1e9);
    expect(await archive(own, 'two', request())).toBe(first);
    chmodSync(join(context, 'run'), 0o644);
    expect(await archive(own, 'three', request())).not.toBe(first);
  });

  it("isn't built twice for a folder of archives", async () => {
    const archives = openArchives(join(folder, 'archives'));
    const build = vi.spyOn(own, 'build');
    const destination = { type: 'archives', archives } as const;
    const first = await produce(request(), own, destination);
    made.push(first.tag);
    expect(await produce(request(), own, destination)).toEqual(first);
    expect(build).toHaveBeenCalledTimes(1);
    build.mockRestore();
    const digest = first.reference?.split('@')[1] ?? '';
    expect(first).toMatchObject({
      archive: archiveName(digest),
      reference: expect.stringMatching(/^localhost\//),
    });
  });

  it.skipIf(engine?.name === 'docker')("is known by the registry's digest", async () => {
    await using registry = await openRegistry();
    const conf = join(folder, 'registries.conf');
    writeFileSync(conf, `[[registry]]\nlocation = "${registry.host}"\ninsecure = true\n`);
    vi.stubEnv('CONTAINERS_REGISTRIES_CONF', conf);
    const { tag, reference } = await produce(request(), own, {
      type: 'registry',
      prefix: `${registry.host}/mcp`,
    });
    made.push(tag);
    const [[name, digest] = []] = [...registry.pushed];
    expect(name).toBe(
      `mcp/lockstep-test-build:1-${(await own.idOf(tag))?.replace('sha256:', '').slice(0, 12)}`,
    );
    expect(reference).toBe(`${registry.host}/mcp/lockstep-test-build@${digest}`);
  });

  it("fails with the tool's own words if it can't be built", async () => {
    writeFileSync(join(folder, 'Containerfile'), 'FROM scratch\nCOPY nothing /\n');
    await expect(produce(request(), own, { type: 'store' })).rejects.toThrow(
      /^\w+ can't build localhost\/.*nothing/s,
    );
  });
});
