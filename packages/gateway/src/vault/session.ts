import { VaultError } from './error.ts';
import { renew, signIn, type VaultLogin, type VaultToken } from './login.ts';
import type { VaultServer } from './server.ts';

/** A token that is renewed, or replaced, before it ends. */
export interface VaultSession {
  /** @throws VaultError when there is none to be had. */
  token(): Promise<string>;
  /** Vault refused this one: the next is got by a new login. */
  refused(token: string): void;
}

/** The part of a lease after which a token is renewed. */
const renewalPoint = 2 / 3;

/** @param clock milliseconds that only ever grow. */
export function createSession(
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

  /** Seconds that have passed of its lease. */
  const age = () => (held === undefined ? 0 : (clock() - held.since) / 1000);

  async function change(): Promise<string> {
    const before = held;
    const renewed = before?.renewable === true && age() < before.lease ? await renewOrNot(before) : undefined;
    // Close to its longest life a token is renewed for less and less.
    if (before !== undefined && renewed !== undefined && renewed.lease >= before.full / 2) {
      return take(renewed, before.full);
    }
    try {
      const token = await signIn(server, login);
      return take(token, token.lease);
    } catch (error) {
      if (before !== undefined && held === before && age() < before.lease) return before.token;
      held = undefined;
      // A refused login may be Vault's own trouble in asking the cluster: nobody has said anything about the secret.
      throw error instanceof VaultError ? new VaultError('away', error.message) : error;
    }
  }

  /** What comes of asking; where that can't be told now, the login tells. */
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
