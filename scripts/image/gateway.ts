import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type ImageRequest, normaliseTree } from '@lockstep/cli/internal';
import { gatewayImage } from '@lockstep/model/internal';
import { bundleGateway } from './bundle.ts';

const root = resolve(import.meta.dirname, '../..');

/** What the gateway's image is made of: its revision is the last commit that touched any of it. */
const sources = [
  'packages/gateway',
  'packages/database',
  'packages/model',
  'package-lock.json',
  'scripts/image',
];

/** How the image is built. */
export interface GatewayImageOptions {
  /** The image to build on. Default: the Containerfile's. */
  readonly base?: string | undefined;
  readonly platform: string;
  /** Seconds since 1970 that everything is dated with. */
  readonly epoch: number;
  /** Whether the commit goes into a label. An image that nobody pushes is then the same as long as its content is. */
  readonly withRevision: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Bundles the gateway, has an image made of it, and removes the bundle. */
export async function withGatewayImage<T>(
  { base, platform, epoch, withRevision, env }: GatewayImageOptions,
  make: (request: ImageRequest) => Promise<T>,
): Promise<T> {
  const context = await mkdtemp(join(tmpdir(), 'lockstep-gateway-'));
  try {
    await bundleGateway(context);
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

/** Labels that differ from one build to the next; what never changes is in the Containerfile. */
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

/** The commit of the sources, with a mark where they were changed since; none outside of Git. */
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
