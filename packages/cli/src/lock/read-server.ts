import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Catalog, Launch, SecretSource } from '@lockstep/gateway';
import type { ServerDefinition } from '@lockstep/model/internal';
import { Failure, sentenceOf } from '../failure.ts';

/** Bytes of one answer of a server that is read. */
const longestAnswer = 32 * 1024 * 1024;

/** A failure says what the server's log says last; the rest concerns nobody here. */
const silent = { debug: () => {}, info: () => {}, warn: () => {} };

/**
 * Starts a server in empty folders, or reaches it, and reads everything that it offers.
 *
 * @param secrets what its headers need.
 * @throws Failure saying why it couldn't be read.
 */
export async function readServer(
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
        maxResultBytes: longestAnswer,
      },
    );
  } catch (error) {
    throw new Failure(`${name} can't be read: ${sentenceOf(error).replace(/\.$/, '')}.`, { cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
