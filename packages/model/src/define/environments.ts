import { type Environment, type EnvironmentInput, environmentSchema } from '../environment/environment.ts';
import { ConfigurationError, type Finding, parseOrThrow, printPath, throwIfAny } from '../errors.ts';
import { parseLock } from '../lock/parse-lock.ts';
import type { Lock } from '../lock/schema.ts';
import { environmentName } from '../names.ts';
import { compareText } from '../order.ts';
import { type Servers, serversSchema } from '../server.ts';
import { checkExamples } from './examples.ts';
import { checkReleases } from './pin-check.ts';
import { checkRules } from './rule-check.ts';

/**
 * Declares environments. Each has the same servers, pinned to releases in the lock, and its own permissions.
 *
 * @param input.lock the tool lock, parsed from its JSON.
 * @throws ConfigurationError that names everything that is wrong in any of them, including rules' examples that fail.
 * @example
 * export const environments = defineEnvironments({
 *   servers,
 *   lock,
 *   environments: {
 *     dev: { profile: 'dev', releases: { files: '2026.1.14' } },
 *     prod: { profile: 'prod', releases: { files: '2025.12.18' } },
 *   },
 * });
 */
export function defineEnvironments<const Name extends string>(input: {
  servers: Servers;
  lock: unknown;
  environments: Record<Name, EnvironmentInput>;
}): Record<Name, Environment> {
  const findings: Finding[] = [];
  const servers = attempt(findings, () => parseOrThrow(serversSchema, input.servers, 'servers'));
  const lock = attempt(findings, () => parseLock(input.lock));
  const environments: [string, Environment][] = [];
  for (const [name, given] of Object.entries(input.environments)) {
    const path = printPath('environments', [name]);
    attempt(findings, () => parseOrThrow(environmentName, name, path));
    const parsed = attempt(findings, () => parseOrThrow(environmentSchema, given, path));
    if (!parsed || !servers || !lock) continue;
    const environment = { name, servers: sorted(servers), ...parsed, releases: pick(parsed.releases, lock) };
    const faults = [
      ...checkReleases(parsed.releases, servers, lock, path),
      ...checkRules(parsed.rules, servers, lock, path),
    ];
    findings.push(...(faults.length > 0 ? faults : checkExamples(environment)));
    environments.push([name, environment]);
  }
  throwIfAny(findings);
  return Object.fromEntries(environments) as Record<Name, Environment>;
}

function attempt<T>(findings: Finding[], work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    findings.push(...error.findings);
    return undefined;
  }
}

function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => compareText(a, b)));
}

function pick(labels: Readonly<Record<string, string>>, lock: Lock): Environment['releases'] {
  const pinned = Object.entries(labels).flatMap(([server, label]) => {
    const release = lock.servers[server]?.releases[label];
    return release ? [[server, { label, release }] as const] : [];
  });
  return sorted(Object.fromEntries(pinned));
}
