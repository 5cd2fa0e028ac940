import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Catalog, Launch, SecretSource } from '@lockstep/gateway';
import type { ServerDefinition, Source } from '@lockstep/model/internal';
import { Failure, sentenceOf } from '../kernel/failure.ts';
import { findExecutable, hashFile, whyNotFound } from '../launch/executable.ts';
import { type Host, launchOf, sourceMismatch } from '../launch/launch.ts';
import { lockNpm } from '../packages/npm.ts';
import { lockPypi } from '../packages/pypi.ts';
import type { LockWorld } from './lock-release.ts';

/**
 * What `lock` and `check` reach of the world: registries, and servers that they start on this host.
 *
 * @param from the URL of a running instance that is read instead.
 */
export function lockWorld(host: Host, from?: string): LockWorld {
  return {
    resolve: (server, definition, version) => resolveSource(server, definition, version, host),
    mismatch: async (server, definition, source) =>
      from === undefined ? sourceMismatch(server, definition, source, host) : undefined,
    launch: async (server, definition, source) =>
      from === undefined ? launchOf(server, definition, { source }, host) : { type: 'http', url: from },
    read: (server, definition, launch) => readServer(server, definition, launch, host.secrets),
  };
}

/** Bytes of one answer of a server that is read. */
const maxAnswerBytes = 32 * 1024 * 1024;

/** A failure says what the server's log says last; the rest concerns nobody here. */
const silent = { debug: () => {}, info: () => {}, warn: () => {} };

/**
 * Starts a server in empty folders, or reaches it, and reads everything that it offers.
 *
 * @param secrets what its headers need.
 * @throws Failure saying why it couldn't be read.
 */
async function readServer(
  name: string,
  definition: ServerDefinition,
  launch: Launch,
  secrets: SecretSource,
): Promise<Catalog> {
  const { inspectServer } = await import('@lockstep/gateway');
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'lockstep-read-')));
  try {
    return await inspectServer(
      { name, definition, launch },
      {
        workdir: join(folder, 'work'),
        principalDir: (server) => join(folder, 'principals', server),
        log: silent,
        secrets,
        maxResultBytes: maxAnswerBytes,
      },
    );
  } catch (error) {
    throw new Failure(`${name} can't be read: ${sentenceOf(error).replace(/\.$/, '')}.`, { cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Pins where a server comes from, so that the same bytes run everywhere: a package with its whole tree, the hash of
 * an executable, the digest of an image, a URL.
 *
 * @throws Failure saying why it can't be pinned.
 */
async function resolveSource(
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
    throw new Failure(`${server} can't be locked here: ${whyNotFound(run.command, host.cwd, host.env)}.`);
  }
  return { type: 'command', sha256: await hashFile(path) };
}
