/** One path segment, without anything that has a meaning in a policy, a template or a URL. */
const segment = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** Whether a path names exactly one place in Vault: `*` and `+` would be patterns, and quotes would end the string. */
export function isPlainPath(path: string): boolean {
  return path.split('/').every((part) => segment.test(part));
}

/**
 * Where Vault's API reads a path of the mount: version 2 keeps values under `data`.
 *
 * @param rest the path below the mount.
 * @example
 * apiPath({ path: 'mcp', version: 2 }, 'github'); // 'mcp/data/github'
 */
export function apiPath(
  { path, version }: { readonly path: string; readonly version: 1 | 2 },
  rest: string,
): string {
  return version === 2 ? `${path}/data/${rest}` : `${path}/${rest}`;
}

/**
 * What a login may do with its own token. The `default` policy has the same rules, but an operator may have widened
 * it.
 */
const ownToken = [
  { path: 'auth/token/lookup-self', capability: 'read' },
  { path: 'auth/token/renew-self', capability: 'update' },
  { path: 'auth/token/revoke-self', capability: 'update' },
];

/**
 * A Vault policy that allows a login to read exactly these paths and to renew its own token.
 *
 * @param paths paths of the API; they must be plain (`isPlainPath`).
 * @param reason a comment for people who find the policy in Vault.
 */
export function readPolicy(paths: readonly string[], reason: string): string {
  const rules = [...paths.toSorted().map((path) => ({ path, capability: 'read' })), ...ownToken];
  const blocks = rules.map(
    ({ path, capability }) => `path "${path}" {\n  capabilities = ["${capability}"]\n}\n`,
  );
  return `# ${reason}\n${blocks.join('\n')}`;
}
