import { compareText, type Delivery, parseSecretReference, printPath } from '@lockstep/model/internal';
import type { Input } from '@pulumi/pulumi';
import { plannedOnce } from '../component.ts';
import { refuse } from '../errors.ts';
import { checked, whenKnown } from '../inputs.ts';
import { checkName, checkPlace } from '../kubernetes/labels.ts';
import type { Naming } from '../kubernetes/names.ts';
import { checkArguments } from '../schema.ts';
import { type McpSecretsArgs, type SecretsOfServer, secretsSchema, type Workload } from './secrets-args.ts';
import { apiPath, isPlainPath, readPolicy } from './vault-policy.ts';

/** One secret, looked up in the mount. */
export interface PlannedSecret {
  /** The name of the header, variable or file. */
  readonly name: string;
  readonly delivery: Delivery;
  /** Names the place where the secret is: its path below the mount, or the whole one if the mount is known later. */
  readonly place: string;
  /** The path below the mount. */
  readonly path: Input<string>;
  /** Where Vault's API reads it. */
  readonly apiPath: Input<string>;
  readonly field: string;
}

/** One way to sign in to Vault: a role, its only policy, and who may use it. */
export interface Login {
  /** The name of the role and of its policy. */
  readonly role: string;
  readonly policy: Input<string>;
  readonly serviceAccount: Input<string>;
}

/** What one server with secrets needs. */
export interface ServerSecretsPlan {
  readonly server: string;
  /** The gateway's login for the server's headers. */
  readonly gateway?: Login;
  /** The server's own login, for its `env` and `file` secrets, unless a store of the operator reads them. */
  readonly pod?: Login;
  /** Its `env` and `file` secrets, sorted by name. */
  readonly delivered: readonly PlannedSecret[];
  /** The workload to restart when one of them changes. */
  readonly workload: Workload;
}

/** What all servers with secrets need. */
export interface SecretsPlan {
  /** The arguments, checked. */
  readonly args: McpSecretsArgs;
  readonly naming: Naming;
  readonly servers: readonly ServerSecretsPlan[];
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
export const [planSecrets, takeSecretsPlan] = plannedOnce(
  (who: string, given: McpSecretsArgs): SecretsPlan => {
    checkArguments(who, secretsSchema, given);
    const args = checkNames(who, given);
    const servers = Object.entries(args.servers)
      .toSorted(byName)
      .map(([server, secrets]) => planServer(who, args, server, secrets))
      .filter(({ gateway, delivered }) => gateway !== undefined || delivered.length > 0);
    const naming = { environment: args.environment, sharesNamespace: args.sharesNamespace ?? false };
    return { args, naming, servers };
  },
);

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
      checkDelivery(who, `${at}.delivery`, delivery, args);
      return { name, delivery, ...placeOf(who, `${at}.reference`, reference, args) };
    });
  const headers = found.filter(({ delivery }) => delivery === 'header');
  const delivered = found.filter(({ delivery }) => delivery !== 'header');
  const signsIn = delivered.length > 0 && args.deliver !== 'external-secrets';
  return {
    server,
    delivered,
    workload,
    ...(headers.length > 0 && {
      gateway: loginOf(args, server, 'gateway', headers, args.gateway.serviceAccount),
    }),
    ...(signsIn && { pod: loginOf(args, server, 'pod', delivered, serviceAccount) }),
  };
}

/** Dots join the parts of a name. Environments and servers have no dots, so no two logins share a name. */
function loginOf(
  { prefix = 'lockstep', environment }: McpSecretsArgs,
  server: string,
  whose: 'gateway' | 'pod',
  secrets: readonly PlannedSecret[],
  serviceAccount: Input<string>,
): Login {
  const reader = whose === 'gateway' ? 'the gateway for its headers' : 'its pods';
  const reason = `Lockstep: what ${reader} may read of server ${server} in ${environment}.`;
  return {
    role: [prefix, environment, server, whose].join('.'),
    policy: whenKnown(
      secrets.map((secret) => secret.apiPath),
      (paths) => readPolicy([...new Set(paths)], reason),
    ),
    serviceAccount,
  };
}

/** Where a reference leads in the mount. */
function placeOf(
  who: string,
  field: string,
  reference: string,
  { mount }: McpSecretsArgs,
): Pick<PlannedSecret, 'place' | 'path' | 'apiPath' | 'field'> {
  const { path: whole, field: key } = parseSecretReference(reference);
  if (!isPlainPath(whole) || !/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(key)) {
    refuse(
      who,
      field,
      `\`${reference}\` must be \`mount/path#field\` with only letters, digits, \`.\`, \`_\` and \`-\`; rename it in Vault.`,
    );
  }
  const path = whenKnown(mount.path, (known) => {
    if (whole.startsWith(`${known}/`)) return whole.slice(known.length + 1);
    return refuse(
      who,
      field,
      `\`${reference}\` lies outside of the mount \`${known}\`; move the secret to \`${known}/…\`, or name its mount in \`mount.path\`.`,
    );
  });
  return {
    place: typeof path === 'string' ? path : whole,
    path,
    apiPath: whenKnown({ mount: mount.path, path }, (known) =>
      apiPath({ path: known.mount, version: mount.version }, known.path),
    ),
    field: key,
  };
}

function checkDelivery(
  who: string,
  field: string,
  delivery: Delivery,
  { deliver, store }: Pick<McpSecretsArgs, 'deliver' | 'store'>,
): void {
  if (delivery === 'header') return;
  if (deliver === undefined) {
    refuse(
      who,
      field,
      `is \`${delivery}\`, but nothing delivers it to the pod; set \`deliver\` to \`vault-secrets-operator\`, \`external-secrets\` or \`agent-injector\`, whichever runs in this cluster.`,
    );
  }
  if (deliver === 'external-secrets' && store === undefined) {
    refuse(who, 'store', 'is missing; name the ClusterSecretStore that reads the mount.');
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

/** Names go into policies, roles and objects, so they must be plain names. Returns the arguments, checked. */
function checkNames(who: string, args: McpSecretsArgs): McpSecretsArgs {
  const { mount, auth, prefix, environment, servers } = args;
  const plainPath = (field: string, path: Input<string>) =>
    checked(path, (known) => {
      if (isPlainPath(known)) return;
      refuse(
        who,
        field,
        `${JSON.stringify(known)} must be letters, digits, \`.\`, \`_\` and \`-\`, with \`/\` only between them.`,
      );
    });
  const named = [
    ...Object.entries({ prefix, environment }),
    ...Object.keys(servers).map((name) => [printPath('servers', [name]), name] as const),
  ];
  for (const [field, name] of named) {
    if (name !== undefined) checkName(who, field, name);
  }
  return {
    ...args,
    ...checkPlace(who, args),
    mount: { ...mount, path: plainPath('mount.path', mount.path) },
    ...(auth && { auth: { ...auth, ...(auth.path && { path: plainPath('auth.path', auth.path) }) } }),
  };
}
