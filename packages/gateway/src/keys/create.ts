import { join } from 'node:path';
import { makeBridgeKey } from './bridge-key.ts';
import { openKeys } from './keys.ts';
import { makeRootKey } from './root-key.ts';
import { createSecret, readSecret } from './secret-file.ts';
import { makeSigningKey } from './signing-key.ts';

/** The keys of an environment in a cluster, and what makes each. */
const makers = { 'root.key': makeRootKey, 'audit.key': makeSigningKey, 'bridge.key': makeBridgeKey } as const;

/**
 * Makes an environment's keys as files of a folder, readable by their owner alone, and `audit.pub.pem` for those who
 * verify the audit.
 *
 * @returns the names of the secret ones.
 * @throws Error in one sentence when one is there already: a replaced key takes with it what it has encrypted.
 */
export async function createKeys(dir: string): Promise<string[]> {
  const names = Object.keys(makers);
  for (const name of names) {
    if ((await readSecret(join(dir, name))) !== undefined) throw exists(dir, name);
  }
  for (const [name, make] of Object.entries(makers)) {
    if (!(await createSecret(join(dir, name), make()))) throw exists(dir, name);
  }
  await openKeys(dir, { create: false });
  return names;
}

function exists(dir: string, name: string): Error {
  return new Error(`${join(dir, name)} is there already; keys are never replaced: name another folder.`);
}
