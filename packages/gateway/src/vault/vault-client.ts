import { isRecord } from '@lockstep/model/internal';
import { VaultError, type VaultReply, type VaultRequest } from './vault-request.ts';
import { type VaultServer, wordsOf } from './vault-server.ts';
import { createVaultSession, type VaultLogin } from './vault-session.ts';

/** The content of one path of a KV mount. */
interface VaultSecret {
  readonly fields: Readonly<Record<string, unknown>>;
  /** Seconds for which it is valid; infinite if Vault doesn't say. */
  readonly lease: number;
}

/** Reads secrets as one role. */
export interface VaultClient {
  /**
   * @param path with its mount, as in a reference: `mcp/github`.
   * @throws VaultError `missing` or `denied` if Vault says so, `away` if Vault can't answer.
   */
  read(path: string): Promise<VaultSecret>;
}

export interface VaultClientOptions {
  readonly server: VaultServer;
  readonly login: VaultLogin;
  /** The mount of every path. Default: Lockstep asks Vault for it. */
  readonly mount?: VaultMount | undefined;
  /** Milliseconds that only grow. Default: `performance.now`. */
  readonly clock?: () => number;
}

/**
 * Signs in for the first read, and stays signed in.
 *
 * @example
 * const server = connectVault({ address: 'https://vault.example.com:8200' });
 * const login = { method: 'kubernetes', mount: 'kubernetes', role: 'mcp-github', jwtPath } as const;
 * const client = createVaultClient({ server, login, mount: { path: 'mcp', version: 2 } });
 * const { fields } = await client.read('mcp/github');
 */
export function createVaultClient({ server, login, mount, clock }: VaultClientOptions): VaultClient {
  const session = createVaultSession(server, login, clock);

  /** Sends a request as the role. If the token is refused, replaces it once, since it may have been revoked. */
  async function ask(request: VaultRequest): Promise<VaultReply> {
    const token = await session.token();
    const reply = await server.send({ ...request, token });
    if (reply.status !== 403) return reply;
    session.refused(token);
    const renewed = await session.token();
    const second = await server.send({ ...request, token: renewed });
    if (second.status !== 403) return second;
    throw new VaultError(
      'denied',
      `Vault at ${server.address} does not let ${nameOf(login)} read ${request.path} (HTTP 403); give it a policy that does`,
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
          `Vault at ${server.address} answers ${found} for ${asked}, which isn't a secret; check the mount and that its KV version is ${kv.version}`,
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

/** A mount of Vault's KV engine. */
export interface VaultMount {
  /** Without slashes around it: `mcp`. */
  readonly path: string;
  readonly version: 1 | 2;
}

/**
 * The path below which Vault's API has what a reference names.
 *
 * @param path with its mount.
 * @throws VaultError if it is outside the mount.
 * @example
 * kvPath({ path: 'mcp', version: 2 }, 'mcp/github'); // 'mcp/data/github'
 */
function kvPath({ path: mount, version }: VaultMount, path: string): string {
  const inside = `${mount}/`;
  if (!path.startsWith(inside) || path === inside) {
    throw new VaultError('missing', `${path} is outside the mount ${mount}; keep it below ${inside}`);
  }
  return version === 2 ? `${inside}data/${path.slice(inside.length)}` : path;
}

/** Asks Vault for the mount of a path, as Vault's own command does. */
async function readMount(
  path: string,
  ask: (request: VaultRequest) => Promise<VaultReply>,
  address: string,
): Promise<VaultMount> {
  const { status, body } = await ask({ method: 'GET', path: `sys/internal/ui/mounts/${path}` });
  const { data } = body;
  if (status !== 200 || !isRecord(data) || typeof data.path !== 'string') {
    throw new VaultError(
      'missing',
      `Vault at ${address} has no mount for ${path} (HTTP ${status}); correct the reference`,
    );
  }
  const version = isRecord(data.options) && data.options.version === '2' ? 2 : 1;
  return { path: data.path.replace(/\/$/, ''), version };
}
