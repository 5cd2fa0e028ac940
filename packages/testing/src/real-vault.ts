import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { request } from 'undici';

/** A Vault built by `test/cluster/node.sh vault` or for the cluster's tests. */
const binary = join(homedir(), '.cache', 'lockstep-cluster', 'bin', 'test-vault');

/** Why the tests against a real Vault can't run here; undefined if they can. */
export const withoutVault: string | undefined =
  process.env.VAULT_ADDR || existsSync(binary)
    ? undefined
    : `no Vault here: set VAULT_ADDR and VAULT_TOKEN, or build ${binary} with \`test/cluster/node.sh vault\``;

/** A real Vault, with its root token. */
export interface RealVault extends AsyncDisposable {
  readonly address: string;
  readonly token: string;
  /** Whether it belongs to this test, which may then seal it. */
  readonly own: boolean;
  /** @throws Error if Vault refuses. */
  ask(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<unknown>;
}

/** Opens the Vault that VAULT_ADDR names, or starts one for this test, in memory. */
export async function openRealVault(): Promise<RealVault> {
  const { VAULT_ADDR: address, VAULT_TOKEN: token = '' } = process.env;
  if (address) return vaultAt(address, token, false, async () => {});
  const child = spawn(binary, ['-addr', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const told = JSON.parse(line) as { address: string; token: string };
  return vaultAt(told.address, told.token, true, async () => {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  });
}

function vaultAt(address: string, token: string, own: boolean, end: () => Promise<void>): RealVault {
  return {
    ...{ address, token, own },
    async ask(method, path, body) {
      const reply = await request(`${address}/v1/${path}`, {
        method,
        headers: { 'x-vault-token': token },
        body: body === undefined ? null : JSON.stringify(body),
      });
      const text = await reply.body.text();
      if (reply.statusCode >= 300) throw new Error(`${method} ${path}: HTTP ${reply.statusCode} ${text}`);
      return text === '' ? {} : JSON.parse(text);
    },
    [Symbol.asyncDispose]: end,
  };
}
