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

/** One way to sign in to Vault: a role, its only policy, and who may take it. */
export interface Login {
  /** The role's name, and its policy's. */
  readonly role: string;
  readonly policy: string;
  readonly serviceAccount: string;
}

/** What one server with secrets needs. */
export interface ServerSecretsPlan {
  readonly server: string;
  /** The gateway's login for the server's headers. */
  readonly gateway?: Login;
  /** The server's own login, for what it is started with. */
  readonly pod?: Login;
  /** What it is started with: `env` and `file`, in order of their names. */
  readonly delivered: readonly PlannedSecret[];
  /** What is restarted when that changes. */
  readonly workload: Workload;
}

/**
 * Who may read what, by server. Each login reads one server's paths and each server has its own, so that no token ever
 * holds a union; an image that takes headers and variables has two, since the gateway and the server read different
 * secrets.
 *
 * @param who the component, for errors.
 * @throws RunError naming component, server and field for a reference outside of the mount, and for a delivery that
 * nothing in this cluster makes.
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

/** Names are joined by dots, which neither environments nor servers have: no two logins share a name. */
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
      `\`${reference}\` isn't \`mount/path#field\` of letters, digits, \`.\`, \`_\` and \`-\`; rename it in Vault.`,
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
      `is \`${delivery}\`, and nothing brings it into the pod; set \`deliver\` to \`vault-secrets-operator\` or \`agent-injector\`, whichever runs in this cluster.`,
    );
  }
  if (deliver === 'agent-injector' && delivery === 'env') {
    refuse(
      who,
      field,
      'is `env`, and the Agent injector writes files only; use `file`, or the Vault Secrets Operator.',
    );
  }
}

/** By code units, as everywhere where the same input must give the same text. */
function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return compareText(a, b);
}

/** Names end up in policies, roles and objects, where they must be no more than names. */
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
