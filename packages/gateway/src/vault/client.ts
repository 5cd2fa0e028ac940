import { isRecord } from '@lockstep/model/internal';
import { VaultError } from './error.ts';
import { type KvMount, kvPath, readMount } from './kv.ts';
import type { VaultLogin } from './login.ts';
import type { VaultReply, VaultRequest } from './request.ts';
import { type VaultServer, wordsOf } from './server.ts';
import { createSession } from './session.ts';

/** What lies at one path of a KV mount. */
export interface VaultSecret {
  readonly fields: Readonly<Record<string, unknown>>;
  /** Seconds that it holds; infinite where Vault doesn't say. */
  readonly lease: number;
}

/** Reads secrets as one role. */
export interface VaultClient {
  /**
   * @param path with its mount, as in a reference: `mcp/github`.
   * @throws VaultError `missing` or `denied` where Vault says so, `away` where it can't be told.
   */
  read(path: string): Promise<VaultSecret>;
}

export interface VaultClientOptions {
  readonly server: VaultServer;
  readonly login: VaultLogin;
  /** The mount that every path lies in. Default: Vault is asked which it is. */
  readonly mount?: KvMount | undefined;
  /** Milliseconds that only ever grow. Default: `performance.now`. */
  readonly clock?: () => number;
}

/**
 * Signs in when something is read, and stays signed in.
 *
 * @example
 * const server = connectVault({ address: 'https://vault.example.com:8200' });
 * const login = { method: 'kubernetes', mount: 'kubernetes', role: 'mcp-github', jwtPath } as const;
 * const client = createVaultClient({ server, login, mount: { path: 'mcp', version: 2 } });
 * const { fields } = await client.read('mcp/github');
 */
export function createVaultClient({ server, login, mount, clock }: VaultClientOptions): VaultClient {
  const session = createSession(server, login, clock);

  /** Asks as the role; a token that is refused is replaced once, since it may have been revoked. */
  async function ask(request: VaultRequest): Promise<VaultReply> {
    const token = await session.token();
    const reply = await server.send({ ...request, token });
    if (reply.status !== 403) return reply;
    session.refused(token);
    const anew = await session.token();
    const second = await server.send({ ...request, token: anew });
    if (second.status !== 403) return second;
    throw new VaultError(
      'denied',
      `Vault at ${server.address} lets ${nameOf(login)} not read ${request.path} (HTTP 403); give it a policy that does`,
    );
  }

  return {
    async read(path) {
      const kv = mount ?? (await readMount(path, ask, server.address));
      const asked = kvPath(kv, path);
      const reply = await ask({ method: 'GET', path: asked });
      if (reply.status === 404) {
        throw new VaultError('missing', `Vault at ${server.address} has nothing at ${asked}; write it there`);
      }
      const { data, lease_duration: seconds } = reply.body;
      const fields = kv.version === 2 && isRecord(data) ? data.data : data;
      if (reply.status !== 200 || !isRecord(fields)) {
        const found = `HTTP ${reply.status}${wordsOf(reply, [await session.token()])}`;
        throw new VaultError(
          'away',
          `Vault at ${server.address} answers ${found} for ${asked}, which is no secret; check the mount and that its KV version is ${kv.version}`,
        );
      }
      return {
        fields,
        lease: typeof seconds === 'number' && seconds > 0 ? seconds : Number.POSITIVE_INFINITY,
      };
    },
  };
}

function nameOf(login: VaultLogin): string {
  if (login.method === 'kubernetes') return `the role ${login.role}`;
  return login.method === 'approle' ? `the AppRole at auth/${login.mount}` : 'the token';
}
