import { type Host, launchOf, sourceMismatch } from '../launch/launch.ts';
import type { LockWorld } from './lock-release.ts';
import { readServer } from './read-server.ts';
import { resolveSource } from './source.ts';

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
