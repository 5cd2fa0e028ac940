import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';

/** Where the kubelet mounts the token of a pod's service account. */
export const accountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/** How a pod reaches the API server, and as whom. */
export interface ServiceAccount {
  /** The API server's address: `https://10.96.0.1:443`. */
  readonly address: string;
  readonly namespace: string;
  readonly token: string;
  /** PEM of the authority that signed the API server's certificate. */
  readonly ca: string;
}

/**
 * Reads what the kubelet gives to a pod with a service account.
 *
 * @throws Error in one sentence outside of such a pod.
 */
export async function readServiceAccount(
  folder: string,
  { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port }: NodeJS.ProcessEnv,
): Promise<ServiceAccount> {
  try {
    const [token, ca, namespace] = await Promise.all(
      ['token', 'ca.crt', 'namespace'].map((name) => readFile(join(folder, name), 'utf8')),
    );
    if (!host || !port || !token || !ca || !namespace) throw new Error('incomplete');
    const address = `https://${isIPv6(host) ? `[${host}]` : host}:${port}`;
    return { address, ca, namespace: namespace.trim(), token: token.trim() };
  } catch (error) {
    throw new Error(
      `${folder} doesn't hold a service account's token, authority and namespace; run this in a pod that mounts them.`,
      { cause: error },
    );
  }
}
