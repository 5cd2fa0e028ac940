import { isRecord } from '@lockstep/model/internal';
import { VaultError } from './error.ts';
import type { VaultReply, VaultRequest } from './request.ts';

/** A mount of Vault's KV engine. */
export interface KvMount {
  /** Without slashes around it: `mcp`. */
  readonly path: string;
  readonly version: 1 | 2;
}

/**
 * Where Vault serves what a reference names.
 *
 * @param path with its mount.
 * @throws VaultError when it lies outside the mount.
 * @example
 * kvPath({ path: 'mcp', version: 2 }, 'mcp/github'); // 'mcp/data/github'
 */
export function kvPath({ path: mount, version }: KvMount, path: string): string {
  const inside = `${mount}/`;
  if (!path.startsWith(inside) || path === inside) {
    throw new VaultError('missing', `${path} lies outside the mount ${mount}; keep it below ${inside}`);
  }
  return version === 2 ? `${inside}data/${path.slice(inside.length)}` : path;
}

/** Asks Vault for the mount that a path lies in, as its own command does. */
export async function readMount(
  path: string,
  ask: (request: VaultRequest) => Promise<VaultReply>,
  address: string,
): Promise<KvMount> {
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
