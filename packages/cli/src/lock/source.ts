import type { ServerDefinition, Source } from '@lockstep/model/internal';
import { Failure } from '../failure.ts';
import { findExecutable, hashFile } from '../launch/executable.ts';
import type { Host } from '../launch/launch.ts';
import { lockNpm } from '../packages/npm.ts';
import { lockPypi } from '../packages/pypi.ts';

/**
 * Pins where a server comes from, so that the same bytes run everywhere: a package with its whole tree, the hash of
 * an executable, the digest of an image, a URL.
 *
 * @throws Failure saying why it can't be pinned.
 */
export async function resolveSource(
  server: string,
  definition: ServerDefinition,
  version: string | undefined,
  host: Host,
): Promise<Source> {
  if ('remote' in definition) return { type: 'remote', url: definition.remote.url };
  const { run } = definition;
  const wanted = version === undefined ? {} : { version };
  if ('npm' in run) return lockNpm({ package: run.npm, bin: run.bin, project: host.project, ...wanted });
  if ('pypi' in run) return lockPypi({ package: run.pypi, bin: run.bin, ...wanted });
  if ('image' in run) {
    const resolved = await host.containers.resolve(run.image);
    if ('digest' in resolved) return { type: 'image', reference: run.image, digest: resolved.digest };
    throw new Failure(
      `${server} can't be locked here: ${resolved.reason}; write its image as name@sha256:… and read a running one with \`lockstep lock ${server} --from <url>\`.`,
    );
  }
  const path = findExecutable(run.command, host.cwd, host.env);
  if (path === undefined) {
    throw new Failure(
      `${server} can't be locked here: \`${run.command}\` isn't found; install it or correct the path.`,
    );
  }
  return { type: 'command', sha256: await hashFile(path) };
}
