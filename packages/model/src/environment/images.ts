import type { Environment } from './environment.ts';

/** The entry of the gateway's own image in `images.json`. */
export const gatewayImage = 'gateway';

/** Stands for the digest of an image that nobody has pushed yet: what `images.json` holds before the first build. */
export const unpushedDigest = `sha256:${'0'.repeat(64)}`;

/** Whether a reference names an image that nobody has pushed yet. */
export function isUnpushed(reference: string): boolean {
  return reference.endsWith(`@${unpushedDigest}`);
}

/**
 * The entry of one release of a server in `images.json`. Environments may pin different releases of one server, so
 * the label belongs to it.
 *
 * @example
 * imageEntry('files', '2026.7.4'); // 'files@2026.7.4'
 */
export function imageEntry(server: string, label: string): string {
  return `${server}@${label}`;
}

/**
 * What an environment runs of all that `images.json` lists: `gateway`, and each server's pinned release by the
 * server's name. A server that isn't listed isn't in it.
 *
 * @param list the content of `images.json`: references with digests by entry.
 * @example
 * imagesFor(environments.prod, { gateway: 'registry.example.com/gateway:1', 'files@2026.7.4': 'registry.example.com/files:1' });
 * // { gateway: 'registry.example.com/gateway:1', files: 'registry.example.com/files:1' }
 */
export function imagesFor(
  { releases }: Pick<Environment, 'releases'>,
  list: Readonly<Record<string, string>>,
): Record<string, string> {
  const entries = Object.entries(releases).map(([server, { label }]) => [server, imageEntry(server, label)]);
  return Object.fromEntries(
    [[gatewayImage, gatewayImage], ...entries].flatMap(([name = '', entry = '']) => {
      const reference = Object.hasOwn(list, entry) ? list[entry] : undefined;
      return reference === undefined ? [] : [[name, reference]];
    }),
  );
}
