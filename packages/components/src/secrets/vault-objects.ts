import type { ComponentResource, Resource } from '@pulumi/pulumi';
import * as vault from '@pulumi/vault';
import type { McpSecretsArgs } from './secrets-args.ts';
import type { Login } from './secrets-plan.ts';

/** How long a login lasts, in seconds: without renewal, and at most. */
const tokenTtl = { first: 20 * 60, longest: 4 * 60 * 60 };

/** Creates the mount and the auth method, if requested. Returns what logins must wait for. */
export function makeBackends(
  parent: ComponentResource,
  name: string,
  { mount, auth, environment }: McpSecretsArgs,
): Resource[] {
  if (mount.create) {
    new vault.Mount(
      `${name}-mount`,
      {
        path: mount.path,
        type: 'kv',
        options: { version: String(mount.version) },
        description: `Secrets of the MCP servers of ${environment}.`,
      },
      // Deleting a mount deletes every secret in it.
      { parent, protect: true, retainOnDelete: true },
    );
  }
  if (auth?.create === undefined) return [];
  const { kubernetesHost, caCert } = auth.create;
  const path = auth.path ?? 'kubernetes';
  const backend = new vault.AuthBackend(`${name}-auth`, { type: 'kubernetes', path }, { parent });
  const config = new vault.kubernetes.AuthBackendConfig(
    `${name}-auth`,
    { backend: path, kubernetesHost, ...(caCert !== undefined && { kubernetesCaCert: caCert }) },
    { parent, dependsOn: [backend] },
  );
  return [config];
}

/**
 * Creates a role and its only policy. The token doesn't get the `default` policy, because an operator may have widened
 * that.
 */
export function makeLogin(
  parent: ComponentResource,
  [name, oldName]: readonly [name: string, oldName: string],
  { auth, audience = 'vault', namespace }: McpSecretsArgs,
  { role, policy, serviceAccount }: Login,
  dependsOn: Resource[],
): Resource {
  const aliases = [{ name: oldName }];
  const made = new vault.Policy(name, { name: role, policy }, { parent, aliases });
  return new vault.kubernetes.AuthBackendRole(
    name,
    {
      backend: auth?.path ?? 'kubernetes',
      roleName: role,
      boundServiceAccountNames: [serviceAccount],
      boundServiceAccountNamespaces: [namespace],
      audience,
      tokenPolicies: [role],
      tokenNoDefaultPolicy: true,
      tokenTtl: tokenTtl.first,
      tokenMaxTtl: tokenTtl.longest,
    },
    { parent, aliases, dependsOn: [made, ...dependsOn] },
  );
}
