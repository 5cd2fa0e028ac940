import { compareText, type Delivery, parseSecretReference, printPath } from '@lockstep/model/internal';
import { refuse } from '../errors.ts';
import { checkPlace, isNamespaceName } from '../kubernetes/labels.ts';
import type { McpSecretsArgs, SecretDelivery, SecretsOfServer, Workload } from './secrets-args.ts';
import { apiPath, isPlainPath, readPolicy } from './vault-policy.ts';

/** One secret, looked up in the mount. */
export interface PlannedSecret {
  /** The name of the header, variable or file. */
  readonly name: string;
  readonly delivery: Delivery;
  /** The path below the mount. */
  readonly path: string;
  readonly field: string;
}

/** One way to sign in to Vault: a role, its only policy, and who may use it. */
export interface Login {
  /** The name of the role and of its policy. */
  readonly role: string;
  readonly policy: string;
  readonly serviceAccount: string;
}

/** What one server with secrets needs. */
export interface ServerSecretsPlan {
  readonly server: string;
  /** The gateway's login for the server's headers. */
  readonly gateway?: Login;
  /** The server's own login, for its `env` and `file` secrets. */
  readonly pod?: Login;
  /** Its `env` and `file` secrets, sorted by name. */
  readonly delivered: readonly PlannedSecret[];
  /** The workload to restart when one of them changes. */
  readonly workload: Workload;
}

/**
 * Plans who may read what, by server. Each login reads only one server's paths, so that no token can read several
 * servers' secrets. An image that takes headers and variables has two logins, because the gateway and the server read
 * different secrets.
 *
 * @param who the component, for errors.
 * @throws RunError that names the component, server and field, for a reference outside of the mount, and for a
 * delivery that nothing in this cluster can do.
 */
export function planSecrets(who: string, args: McpSecretsArgs): ServerSecretsPlan[] {
  checkNames(who, args);
  return Object.entries(args.servers)
    .toSorted(byName)
    .map(([server, given]) => planServer(who, args, server, given))
    .filter(({ gateway, pod }) => gateway !== undefined || pod !== undefined);
}

function planServer(
  who: string,
  args: McpSecretsArgs,
  server: string,
  { secrets, serviceAccount, workload }: SecretsOfServer,
): ServerSecretsPlan {
  const found = Object.entries(secrets)
    .toSorted(byName)
    .map(([name, { reference, delivery }]) => {
      const at = printPath('servers', [server, 'secrets', name]);
      checkDelivery(who, `${at}.delivery`, delivery, args.deliver);
      return { name, delivery, ...placeOf(who, `${at}.reference`, reference, args) };
    });
  const headers = found.filter(({ delivery }) => delivery === 'header');
  const delivered = found.filter(({ delivery }) => delivery !== 'header');
  return {
    server,
    delivered,
    workload,
    ...(headers.length > 0 && {
      gateway: loginOf(args, server, 'gateway', headers, args.gateway.serviceAccount),
    }),
    ...(delivered.length > 0 && { pod: loginOf(args, server, 'pod', delivered, serviceAccount) }),
  };
}

/** Dots join the parts of a name. Environments and servers have no dots, so no two logins share a name. */
function loginOf(
  { prefix = 'lockstep', environment, mount }: McpSecretsArgs,
  server: string,
  whose: 'gateway' | 'pod',
  secrets: readonly PlannedSecret[],
  serviceAccount: string,
): Login {
  const paths = [...new Set(secrets.map(({ path }) => apiPath(mount, path)))];
  const reader = whose === 'gateway' ? 'the gateway for its headers' : 'its pods';
  return {
    role: [prefix, environment, server, whose].join('.'),
    policy: readPolicy(paths, `Lockstep: what ${reader} may read of server ${server} in ${environment}.`),
    serviceAccount,
  };
}

/** A reference's path below the mount, and its field. */
function placeOf(
  who: string,
  field: string,
  reference: string,
  { mount }: McpSecretsArgs,
): Pick<PlannedSecret, 'path' | 'field'> {
  const { path, field: key } = parseSecretReference(reference);
  if (!path.startsWith(`${mount.path}/`)) {
    refuse(
      who,
      field,
      `\`${reference}\` lies outside of the mount \`${mount.path}\`; move the secret to \`${mount.path}/…\`, or name its mount in \`mount.path\`.`,
    );
  }
  if (!isPlainPath(path) || !/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(key)) {
    refuse(
      who,
      field,
      `\`${reference}\` must be \`mount/path#field\` with only letters, digits, \`.\`, \`_\` and \`-\`; rename it in Vault.`,
    );
  }
  return { path: path.slice(mount.path.length + 1), field: key };
}

function checkDelivery(
  who: string,
  field: string,
  delivery: Delivery,
  deliver: SecretDelivery | undefined,
): void {
  if (delivery === 'header') return;
  if (deliver === undefined) {
    refuse(
      who,
      field,
      `is \`${delivery}\`, but nothing delivers it to the pod; set \`deliver\` to \`vault-secrets-operator\` or \`agent-injector\`, whichever runs in this cluster.`,
    );
  }
  if (deliver === 'agent-injector' && delivery === 'env') {
    refuse(
      who,
      field,
      'is `env`, but the Agent injector writes only files; use `file`, or the Vault Secrets Operator.',
    );
  }
}

/** Compares by code units, so that the same input always gives the same text. */
function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return compareText(a, b);
}

/** Names go into policies, roles and objects, so they must be plain names. */
function checkNames(who: string, args: McpSecretsArgs): void {
  const { mount, auth, prefix, environment, servers } = args;
  for (const [field, path] of Object.entries({ 'mount.path': mount.path, 'auth.path': auth?.path })) {
    if (path === undefined || isPlainPath(path)) continue;
    refuse(
      who,
      field,
      `${JSON.stringify(path)} must be letters, digits, \`.\`, \`_\` and \`-\`, with \`/\` only between them.`,
    );
  }
  checkPlace(who, args);
  const named = [
    ...Object.entries({ prefix, environment }),
    ...Object.keys(servers).map((name) => [printPath('servers', [name]), name] as const),
  ];
  for (const [field, name] of named) {
    if (name === undefined || isNamespaceName(name)) continue;
    refuse(
      who,
      field,
      `${JSON.stringify(name)} must be 1–63 lower-case letters, digits or \`-\`; choose another name.`,
    );
  }
}
