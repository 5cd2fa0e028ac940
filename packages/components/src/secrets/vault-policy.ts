import type { KvMount } from './secrets-args.ts';

/** One path segment: nothing that a policy, a template or a URL reads as more than itself. */
const segment = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** Whether a path names exactly one place in Vault: `*` and `+` would be patterns, quotes would end the text. */
export function isPlainPath(path: string): boolean {
  return path.split('/').every((part) => segment.test(part));
}

/**
 * Where a path of the mount is read with Vault's API: version 2 keeps values under `data`.
 *
 * @param rest the path below the mount.
 * @example
 * apiPath({ path: 'mcp', version: 2 }, 'github'); // 'mcp/data/github'
 */
export function apiPath({ path, version }: KvMount, rest: string): string {
  return version === 2 ? `${path}/data/${rest}` : `${path}/${rest}`;
}

/** What a login may do with its own token. The `default` policy says so too, but an operator may have widened it. */
const ownToken = [
  { path: 'auth/token/lookup-self', capability: 'read' },
  { path: 'auth/token/renew-self', capability: 'update' },
  { path: 'auth/token/revoke-self', capability: 'update' },
];

/**
 * A Vault policy that reads exactly these paths, and keeps its own token alive.
 *
 * @param paths as the API has them, plain (`isPlainPath`).
 * @param reason whose it is, for whoever finds it in Vault.
 */
export function readPolicy(paths: readonly string[], reason: string): string {
  const rules = [...paths.toSorted().map((path) => ({ path, capability: 'read' })), ...ownToken];
  const blocks = rules.map(
    ({ path, capability }) => `path "${path}" {\n  capabilities = ["${capability}"]\n}\n`,
  );
  return `# ${reason}\n${blocks.join('\n')}`;
}
