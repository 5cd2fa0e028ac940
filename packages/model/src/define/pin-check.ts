import { type Finding, printPath } from '../errors.ts';
import type { Lock, Release } from '../lock/schema.ts';
import { declaredOrigin, sourceOrigin } from '../lock/source.ts';
import type { Servers } from '../server.ts';
import { checkNames } from './name-check.ts';

/** Checks the releases that an environment pins: each server has one, the lock holds it, and it can be served. */
export function checkReleases(
  labels: Readonly<Record<string, string>>,
  servers: Servers,
  lock: Lock,
  path: string,
): Finding[] {
  const at = (server: string) => printPath(path, ['releases', server]);
  const unknown = Object.keys(labels)
    .filter((server) => !Object.hasOwn(servers, server))
    .map((server) => ({
      path: at(server),
      message: `no server is called \`${server}\`; correct or remove it.`,
    }));
  const pinned = Object.keys(servers).flatMap((server) => {
    const messages = checkPin(
      server,
      Object.hasOwn(labels, server) ? labels[server] : undefined,
      servers,
      lock,
    );
    return messages.map((message) => ({ path: at(server), message }));
  });
  return [...unknown, ...pinned];
}

function checkPin(server: string, label: string | undefined, servers: Servers, lock: Lock): string[] {
  const releases = lock.servers[server]?.releases ?? {};
  const known = Object.keys(releases)
    .map((name) => `\`${name}\``)
    .join(', ');
  if (known === '') return [`\`${server}\` isn't in the lock; run \`lockstep lock ${server}\`.`];
  if (label === undefined) return [`pins no release; choose one from the lock: ${known}.`];
  const release = Object.hasOwn(releases, label) ? releases[label] : undefined;
  if (!release) return [`the lock has no release \`${label}\`; pin one of ${known}.`];
  return [...checkOrigin(server, servers, release), ...checkNames(server, release)];
}

/** A server with a new source must be locked again, because people reviewed the old one. */
function checkOrigin(server: string, servers: Servers, release: Release): string[] {
  const definition = servers[server];
  if (!definition) return [];
  const [declared, locked] = [declaredOrigin(definition), sourceOrigin(release)];
  if (declared === locked) return [];
  return [`was locked from ${locked}, but is declared as ${declared}; run \`lockstep lock ${server}\`.`];
}
