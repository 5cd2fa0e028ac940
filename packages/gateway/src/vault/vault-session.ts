import { readFile } from 'node:fs/promises';
import { isRecord } from '@lockstep/model/internal';
import { VaultError } from './vault-request.ts';
import { type VaultServer, wordsOf } from './vault-server.ts';

/** How the gateway signs in to Vault. It reads the files again at each login, since others rotate them. */
export type VaultLogin =
  | {
      readonly method: 'kubernetes';
      /** The mount of the auth method. */
      readonly mount: string;
      readonly role: string;
      /** The service account's token, as the kubelet projects it. */
      readonly jwtPath: string;
    }
  | {
      readonly method: 'approle';
      readonly mount: string;
      readonly roleIdFile: string;
      readonly secretIdFile: string;
    }
  | { readonly method: 'token'; readonly read: () => Promise<string> };

/** A token and its lease. */
interface VaultToken {
  readonly token: string;
  /** Seconds; infinite if it doesn't expire. */
  readonly lease: number;
  readonly renewable: boolean;
}

/** @throws VaultError that says why, without what was sent. */
async function signIn(server: VaultServer, login: VaultLogin): Promise<VaultToken> {
  if (login.method === 'token') return lookUp(server, (await login.read()).trim());
  const { mount } = login;
  const sent =
    login.method === 'kubernetes'
      ? {
          role: login.role,
          jwt: await credentialIn(login.jwtPath, "mount the service account's token there"),
        }
      : {
          role_id: await credentialIn(login.roleIdFile, "write the AppRole's role id there"),
          secret_id: await credentialIn(login.secretIdFile, "write the AppRole's secret id there"),
        };
  const reply = await server.send({ method: 'POST', path: `auth/${mount}/login`, body: sent });
  const token = tokenIn(reply.body.auth);
  if (token !== undefined) return token;
  const as = login.method === 'kubernetes' ? `the role ${login.role}` : 'the AppRole';
  const secrets = 'jwt' in sent ? [sent.jwt] : [sent.role_id, sent.secret_id];
  throw new VaultError(
    'denied',
    `Vault at ${server.address} refuses to sign in ${as} at auth/${mount} with HTTP ${reply.status}${wordsOf(reply, secrets)}; check that role's bindings`,
  );
}

/** Renews a token; undefined if Vault refuses. @throws VaultError if Vault can't answer. */
async function renew(server: VaultServer, { token }: VaultToken): Promise<VaultToken | undefined> {
  const reply = await server.send({ method: 'POST', path: 'auth/token/renew-self', token, body: {} });
  return tokenIn(reply.body.auth);
}

async function lookUp(server: VaultServer, token: string): Promise<VaultToken> {
  const reply = await server.send({ method: 'GET', path: 'auth/token/lookup-self', token });
  if (reply.status === 200 && isRecord(reply.body.data)) {
    const { ttl, renewable } = reply.body.data;
    return { token, lease: leaseOf(ttl), renewable: renewable === true };
  }
  throw new VaultError(
    'denied',
    `Vault at ${server.address} refuses the token with HTTP ${reply.status}${wordsOf(reply, [token])}; give one that is valid`,
  );
}

function tokenIn(auth: unknown): VaultToken | undefined {
  if (!isRecord(auth) || typeof auth.client_token !== 'string' || auth.client_token === '') return undefined;
  return {
    token: auth.client_token,
    lease: leaseOf(auth.lease_duration),
    renewable: auth.renewable === true,
  };
}

function leaseOf(seconds: unknown): number {
  return typeof seconds === 'number' && seconds > 0 ? seconds : Number.POSITIVE_INFINITY;
}

async function credentialIn(path: string, todo: string): Promise<string> {
  try {
    const text = (await readFile(path, 'utf8')).trim();
    if (text !== '') return text;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new VaultError('away', `${path} can't be read (${code}); ${todo}`);
  }
  throw new VaultError('away', `${path} is empty; ${todo}`);
}

/** A token that is renewed or replaced before it expires. */
interface VaultSession {
  /** @throws VaultError if there is no token. */
  token(): Promise<string>;
  /** Notes that Vault refused this token; the next one comes from a new login. */
  refused(token: string): void;
}

/** The fraction of a lease after which a token is renewed. */
const renewalPoint = 2 / 3;

/** @param clock milliseconds that only grow. */
export function createVaultSession(
  server: VaultServer,
  login: VaultLogin,
  clock: () => number = () => performance.now(),
): VaultSession {
  let held: (VaultToken & { readonly since: number; readonly full: number }) | undefined;
  let changing: Promise<string> | undefined;

  function take(token: VaultToken, full: number): string {
    held = { ...token, since: clock(), full };
    return token.token;
  }

  /** Seconds of its lease that have passed. */
  const age = () => (held === undefined ? 0 : (clock() - held.since) / 1000);

  async function change(): Promise<string> {
    const before = held;
    const renewed = before?.renewable === true && age() < before.lease ? await renewOrNot(before) : undefined;
    // Near a token's longest life, each renewal adds less.
    if (before !== undefined && renewed !== undefined && renewed.lease >= before.full / 2) {
      return take(renewed, before.full);
    }
    try {
      const token = await signIn(server, login);
      return take(token, token.lease);
    } catch (error) {
      if (before !== undefined && held === before && age() < before.lease) return before.token;
      held = undefined;
      // Vault may refuse a login because it can't ask the cluster, which says nothing about the secret.
      throw error instanceof VaultError ? new VaultError('away', error.message) : error;
    }
  }

  /** Tries to renew; if Vault can't answer now, the next login will report that. */
  async function renewOrNot(token: VaultToken): Promise<VaultToken | undefined> {
    try {
      return await renew(server, token);
    } catch (error) {
      if (error instanceof VaultError) return undefined;
      throw error;
    }
  }

  return {
    token() {
      if (held !== undefined && age() < held.lease * renewalPoint) return Promise.resolve(held.token);
      changing ??= change().finally(() => {
        changing = undefined;
      });
      return changing;
    },
    refused(token) {
      if (held?.token === token) held = undefined;
    },
  };
}
