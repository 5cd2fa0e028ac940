import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type ImageRequest, normaliseTree } from '@lockstep/cli/internal';
import { gatewayImage } from '@lockstep/model/internal';
import { bundleGateway } from './bundle.ts';
import { addNpm } from './npm.ts';

const root = resolve(import.meta.dirname, '../..');

/** The sources of the gateway's image. Its revision is the last commit that touched any of them. */
const sources = [
  'packages/gateway',
  'packages/database',
  'packages/model',
  'package-lock.json',
  'scripts/image',
];

/** Options of a build. */
export interface GatewayImageOptions {
  /** The image to build on. Default: the Containerfile's. */
  readonly base?: string | undefined;
  readonly platform: string;
  /** The time that everything is dated with, in seconds since 1970. */
  readonly epoch: number;
  /** Whether a label names the commit, as in what is pushed. Without it, the image stays the same as long as its content does. */
  readonly withRevision: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Bundles the gateway, adds npm, makes its image with `make`, and removes what it was made of. */
export async function withGatewayImage<T>(
  { base, platform, epoch, withRevision, env }: GatewayImageOptions,
  make: (request: ImageRequest) => Promise<T>,
): Promise<T> {
  const context = await mkdtemp(join(tmpdir(), 'lockstep-gateway-'));
  try {
    await bundleGateway(context);
    await addNpm(context);
    await normaliseTree(context);
    const { version } = JSON.parse(await readFile(join(root, 'packages/gateway/package.json'), 'utf8'));
    return await make({
      entry: gatewayImage,
      repository: 'gateway',
      version,
      context,
      containerfile: join(root, 'packages/gateway/Containerfile'),
      args: base === undefined ? {} : { BASE: base },
      labels: labelsOf(version, withRevision ? revisionOf() : undefined, env),
      platform,
      epoch,
    });
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

/** Labels that differ between builds; the Containerfile has those that never change. */
function labelsOf(
  version: string,
  revision: string | undefined,
  env: GatewayImageOptions['env'],
): Record<string, string> {
  const { SOURCE_DATE_EPOCH: epoch, GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = env;
  return {
    'org.opencontainers.image.version': version,
    ...(revision !== undefined && { 'org.opencontainers.image.revision': revision }),
    ...(server && repository && { 'org.opencontainers.image.source': `${server}/${repository}` }),
    ...(epoch && { 'org.opencontainers.image.created': new Date(Number(epoch) * 1000).toISOString() }),
  };
}

/** The commit of the sources, with a mark if they have changed since; undefined outside of Git. */
function revisionOf(): string | undefined {
  try {
    const commit = git('log', '-1', '--format=%H');
    return git('status', '--porcelain') === '' ? commit : `${commit}-dirty`;
  } catch {
    return undefined;
  }
}

function git(...args: string[]): string {
  return execFileSync('git', [...args, '--', ...sources], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}
