import { ConfigurationError, parseOrThrow, printPath, throwIfAny } from '../errors.ts';
import { checkRelease } from './release-check.ts';
import { type Lock, lockSchema, lockVersion } from './schema.ts';

/**
 * Validates a tool lock that was parsed from its JSON.
 *
 * @throws ConfigurationError that names everything that is wrong with it, or says that its version is newer.
 */
export function parseLock(json: unknown): Lock {
  const fail = (path: string, message: string) => {
    throw new ConfigurationError([{ path, message }]);
  };
  if (json === undefined || json === null) fail('lock', 'is missing; run `lockstep lock` to write it.');
  const version =
    typeof json === 'object' && json !== null ? (json as { lockVersion?: unknown }).lockVersion : 0;
  if (typeof version === 'number' && version > lockVersion) {
    fail(
      'lock',
      `lock version ${version} is newer than this lockstep reads (${lockVersion}); update lockstep.`,
    );
  }
  const lock = parseOrThrow(lockSchema, json, 'lock');
  throwIfAny(
    Object.entries(lock.servers).flatMap(([server, { releases }]) =>
      Object.entries(releases).flatMap(([label, release]) =>
        checkRelease(release, printPath('lock', ['servers', server, 'releases', label])),
      ),
    ),
  );
  return lock;
}
