import type { Release } from '../lock/schema.ts';
import type { Environment } from './environment.ts';

/** The entry of the gateway's image in `images.json`. */
export const gatewayImage = 'gateway';

/** The digest of an image that nobody has pushed yet, as in `images.json` before the first build. */
export const unpushedDigest = `sha256:${'0'.repeat(64)}`;

/** Whether a reference names an image that nobody has pushed yet. */
export function isUnpushed(reference: string): boolean {
  return reference.endsWith(`@${unpushedDigest}`);
}

/** The digest that a reference to an image ends in; undefined for one by tag, which can be moved. */
export function imageDigest(reference: string): string | undefined {
  return /^[^@\s]+@(sha256:[0-9a-f]{64})$/.exec(reference)?.[1];
}

/**
 * The entry of one release of a server in `images.json`. It includes the label, because environments may pin different
 * releases of one server.
 *
 * @example
 * imageEntry('files', '2026.7.4'); // 'files@2026.7.4'
 */
export function imageEntry(server: string, label: string): string {
  return `${server}@${label}`;
}

/** Whether a server runs from an image that only `lockstep image` can make, as packages and commands do. */
export function needsBuiltImage({ source }: Pick<Release, 'source'>): boolean {
  return source.type === 'npm' || source.type === 'pypi' || source.type === 'command';
}

/**
 * Picks the images of an environment from `images.json`: `gateway`, and each server's pinned release under the
 * server's name. A server's image that is needed but isn't listed counts as not pushed yet. It gets the gateway's
 * registry and a digest of zeros, so that the environment can be previewed but not deployed. A gateway that isn't
 * listed is left out: a released `@lockstep/components` brings its own.
 *
 * @param list the content of `images.json`: references with digests, by entry.
 * @example
 * imagesFor(environments.prod, { gateway: 'registry.example.com/gateway:1', 'files@2026.7.4': 'registry.example.com/files:1' });
 * // { gateway: 'registry.example.com/gateway:1', files: 'registry.example.com/files:1' }
 */
export function imagesFor(
  { releases }: Pick<Environment, 'releases'>,
  list: Readonly<Record<string, string>>,
): Record<string, string> {
  const listed = (entry: string) => (Object.hasOwn(list, entry) ? list[entry] : undefined);
  const gateway = listed(gatewayImage);
  const registry = gateway?.replace(/\/[^/]*$/, '') ?? 'unpushed.invalid';
  const images: Record<string, string> = gateway === undefined ? {} : { [gatewayImage]: gateway };
  for (const [server, { label, release }] of Object.entries(releases)) {
    const reference = listed(imageEntry(server, label));
    if (reference !== undefined) images[server] = reference;
    else if (needsBuiltImage(release)) images[server] = `${registry}/${server}@${unpushedDigest}`;
  }
  return images;
}
