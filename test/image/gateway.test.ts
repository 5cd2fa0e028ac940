import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, findBuilder, openArchives, type Produced, produce } from '@lockstep/cli/internal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import manifest from '../../packages/gateway/package.json' with { type: 'json' };
import { withGatewayImage } from '../../scripts/image/gateway.ts';

const engine = await findBuilder().catch(() => undefined);
const isBuildah = engine !== undefined && engine.name !== 'docker';
if (!isBuildah) console.warn("skipped: the gateway's image is compared with podman or buildah; install one");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-gateway-image-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Builds the image on an empty base, as an archive; nothing of it stays in the engine's store. */
async function make(own: Engine, name: string, env: Record<string, string> = {}): Promise<Produced> {
  const archives = openArchives(join(folder, name));
  const options = {
    base: 'scratch',
    platform: 'linux/amd64',
    epoch: Number(env.SOURCE_DATE_EPOCH ?? 0),
    env,
  };
  const made = await withGatewayImage(
    { ...options, withRevision: env.SOURCE_DATE_EPOCH !== undefined },
    (request) => produce(request, own, { type: 'archives', archives }),
  );
  execFileSync(own.name, ['rmi', made.tag], { stdio: 'ignore' });
  return made;
}

function read(file: string, path: string): unknown {
  return JSON.parse(execFileSync('tar', ['-xOf', file, path], { encoding: 'utf8' }));
}

/** The image's configuration in an archive. */
function configOf(file: string): { created: string; config: Record<string, unknown> } {
  const blob = (digest: string) => read(file, `blobs/${digest.replace(':', '/')}`) as Record<string, unknown>;
  const [{ digest } = { digest: '' }] = (read(file, 'index.json') as { manifests: { digest: string }[] })
    .manifests;
  const manifest = blob(digest) as { config: { digest: string } };
  return blob(manifest.config.digest) as never;
}

describe.skipIf(!isBuildah)("the gateway's image", () => {
  const own = engine as Engine;

  it('has the same digest each time, and runs the one program as a user without rights', async () => {
    const [first, second] = [await make(own, 'one'), await make(own, 'two')];
    expect(second.reference).toBe(first.reference);
    const { created, config } = configOf(join(folder, 'one', first.archive ?? ''));
    expect(created).toBe('1970-01-01T00:00:00Z');
    expect(config).toMatchObject({
      User: '65532:65532',
      Entrypoint: ['node', '/app/lockstep-gateway.mjs'],
      WorkingDir: '/',
      Labels: {
        'org.opencontainers.image.title': 'Lockstep gateway',
        'org.opencontainers.image.licenses': 'Apache-2.0',
        'org.opencontainers.image.version': manifest.version,
      },
    });
    expect(config.Cmd ?? []).toEqual([]);
    expect(Object.keys(config.Labels as object).toSorted()).toEqual([
      'org.opencontainers.image.description',
      'org.opencontainers.image.licenses',
      'org.opencontainers.image.title',
      'org.opencontainers.image.version',
    ]);
  });

  it('names its time and its origin, if they are known', async () => {
    const { archive } = await make(own, 'three', {
      SOURCE_DATE_EPOCH: '1700000000',
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_REPOSITORY: 'example/lockstep',
    });
    const { created, config } = configOf(join(folder, 'three', archive ?? ''));
    expect(created).toBe('2023-11-14T22:13:20Z');
    expect(config.Labels).toMatchObject({
      'org.opencontainers.image.created': '2023-11-14T22:13:20.000Z',
      'org.opencontainers.image.revision': expect.stringMatching(/^[0-9a-f]{40}(-dirty)?$/),
      'org.opencontainers.image.source': 'https://github.com/example/lockstep',
    });
  });
});
