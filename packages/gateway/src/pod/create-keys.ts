import { isRecord } from '@lockstep/model/internal';
import { Agent, request } from 'undici';
import { messageOf } from '../kernel/errors.ts';
import { createLog } from '../kernel/log.ts';
import { makeKeys } from '../keys/keys.ts';
import { fault, parseFlags } from './flags.ts';
import { accountFolder, readServiceAccount, type ServiceAccount } from './service-account.ts';

/** Seconds for the only request, including its answer. */
const timeoutSeconds = 30;

/** Names the writer in the Secret's managed fields. */
const fieldManager = 'lockstep-keys';

const options = {
  secret: { type: 'string' },
  account: { type: 'string', default: accountFolder },
} as const;

/**
 * Makes an environment's keys and puts them into a new Secret of the pod's namespace. A Secret that has keys stays as
 * it is. The keys are in this process and in the Secret, and nowhere else.
 *
 * @param argv `--secret <name>`.
 * @throws ConfigurationError for a wrong argument, or Error in one sentence if the API server doesn't take the Secret.
 */
export async function createKeysSecret(argv: readonly string[]): Promise<void> {
  const { secret, account } = parseFlags('keys', argv, options);
  if (!secret) throw fault('--secret', 'is missing; name the Secret that the keys go into.');
  const log = createLog('info');
  const outcome = await applySecret(secret, makeKeys(), await readServiceAccount(account, process.env));
  if (outcome === 'kept') log.info(`The Secret ${secret} has keys already, which are kept.`);
  else log.info(`The Secret ${secret} has new keys; keep a copy, since nobody can replace them.`);
}

/**
 * Applies the Secret on the server, in one request, because only for such a request can a Role name the one object that
 * may be created. The API server refuses it for keys that somebody else wrote. The Secret is immutable, so it also
 * refuses to replace keys that we wrote.
 */
async function applySecret(
  name: string,
  keys: ReadonlyMap<string, Buffer>,
  { address, namespace, token, ca }: ServiceAccount,
): Promise<'made' | 'kept'> {
  const data = Object.fromEntries([...keys].map(([file, key]) => [file, key.toString('base64')]));
  const labels = { 'app.kubernetes.io/part-of': 'lockstep' };
  const metadata = { name, namespace, labels };
  const body = { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', immutable: true, data };
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${encodeURIComponent(name)}`;
  const dispatcher = new Agent({ connect: { ca } });
  try {
    const answer = await request(`${address}${path}?fieldManager=${fieldManager}&fieldValidation=Strict`, {
      dispatcher,
      method: 'PATCH',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/apply-patch+yaml' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutSeconds * 1000),
    });
    if (answer.statusCode < 300) {
      await answer.body.dump();
      return 'made';
    }
    const why = reasonIn(await answer.body.json().catch(() => undefined));
    if (isThere(answer.statusCode, why)) return 'kept';
    throw new Refused(`${answer.statusCode}${why === '' ? '' : `: ${why}`}`);
  } catch (error) {
    throw new Error(
      error instanceof Refused
        ? `The API server refuses the Secret ${name} in ${namespace} (${error.message}); correct the Role of this pod's service account, or make the Secret with \`lockstep keys create\`.`
        : `The API server at ${address} can't be asked for the Secret ${name} (${messageOf(error)}); check the network policies of ${namespace}.`,
      { cause: error },
    );
  } finally {
    await dispatcher.close();
  }
}

/** The API server's answer. */
class Refused extends Error {}

/** The sentence in a Kubernetes `Status`. */
function reasonIn(status: unknown): string {
  return isRecord(status) && typeof status.message === 'string' ? status.message.replace(/\.$/, '') : '';
}

/** Whether the answer is that there are keys: somebody else's (409), or ours, which nothing may change (422). */
function isThere(status: number, why: string): boolean {
  return status === 409 || (status === 422 && why.includes('immutable'));
}
