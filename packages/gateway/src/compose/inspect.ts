import type { Release } from '@lockstep/model/internal';
import { messageOf } from '../kernel/errors.ts';
import type { SecretSource } from '../secrets/secret-source.ts';
import { createSecrets } from '../secrets/secrets.ts';
import type { Catalog } from '../upstream/catalog.ts';
import { connectorFor, type HostOptions } from '../upstream/connectors.ts';
import { type Reaper, startReaper } from '../upstream/stdio/reaper.ts';
import { openRun } from '../upstream/supervisor.ts';
import { UpstreamError } from '../upstream/transport/transport.ts';
import type { UpstreamServer } from '../upstream/upstream-server.ts';

/** The isolation key of a server that is started only to read what it offers. */
const inspectKey = 'lockstep:inspect';

/**
 * Starts one server, or connects to it, reads what it offers, and ends it. A release in the lock is made of this.
 *
 * @throws UpstreamError whose message is a clause that says why the server could not be read.
 * @example
 * const catalog = await inspectServer({ name, definition, launch }, { workdir, principalDir, log, maxResultBytes });
 */
export async function inspectServer(
  server: Omit<UpstreamServer, 'release'>,
  host: Omit<HostOptions, 'reaper' | 'secrets'> & { readonly secrets?: SecretSource | undefined },
  signal: AbortSignal = new AbortController().signal,
): Promise<Catalog> {
  let reaper: Reaper | undefined;
  const current = () => ({ ...server, release: unreviewed });
  const connector = connectorFor(current, {
    ...host,
    secrets: createSecrets({ source: host.secrets, log: host.log }),
    reaper: () => {
      reaper ??= startReaper();
      return reaper;
    },
  });
  try {
    const run = await openRun({
      ...{ connector, signal, key: inspectKey, watch: false, deadlines: server.definition.timeouts },
      hooks: () => ({ onListChanged: () => {}, onClosed: () => {} }),
      admit: async () => () => {},
    });
    await run.end();
    return run.catalog;
  } catch (error) {
    throw error instanceof UpstreamError ? error : new UpstreamError('unavailable', messageOf(error));
  } finally {
    await connector.close();
    reaper?.close();
  }
}

/** The release of a server that isn't locked yet. */
const unreviewed: Release = {
  source: { type: 'remote', url: '' },
  serverInfo: { name: '', version: '' },
  instructions: null,
  tools: {},
  prompts: {},
  resourceTemplates: {},
  resources: false,
  completions: false,
  ignore: [],
};
