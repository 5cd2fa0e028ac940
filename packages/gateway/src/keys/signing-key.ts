import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { loadSecret, readRetired } from './secret-file.ts';

/** The audit key: signs checkpoints and exports. */
interface SigningKey {
  /** See {@link publicKeyId}. */
  readonly id: string;
  readonly publicKeyPem: string;
  /** Ed25519, base64. */
  sign(text: string): string;
}

/**
 * Loads the signing key at `path` (PKCS 8, PEM) and the retired ones beside it, current first.
 *
 * @param create whether to create a missing key, with mode 0600.
 */
export async function loadSigningKeys(
  path: string,
  create: boolean,
): Promise<readonly [SigningKey, ...SigningKey[]]> {
  const current = await loadSecret(path, create ? makeSigningKey : undefined);
  const retired = await readRetired(path);
  return [signingKey(current, path), ...retired.map((pem) => signingKey(pem, `a retired ${path}`))];
}

/** Makes a signing key: PKCS 8, PEM. */
export function makeSigningKey(): Buffer {
  const { privateKey } = generateKeyPairSync('ed25519');
  return Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' }));
}

function signingKey(pem: Buffer, name: string): SigningKey {
  const privateKey = readPrivateKey(pem, name);
  const publicKeyPem = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
  return {
    id: publicKeyId(publicKeyPem),
    publicKeyPem,
    sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64'),
  };
}

function readPrivateKey(pem: Buffer, name: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Reported below.
  }
  throw new Error(`${name} isn't an Ed25519 private key in PEM; restore it from a backup.`);
}

/** The name of a public key in signatures: 16 hexadecimal digits of the SHA-256 of its DER. */
function publicKeyId(pem: string): string {
  const der = createPublicKey(pem).export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('hex').slice(0, 16);
}

/** Whether one of these public keys (PEM) made the signature of this text. */
export function signatureMatches(
  publicKeys: readonly string[],
  text: string,
  { keyId, signature }: { readonly keyId: string; readonly signature: string },
): boolean {
  const pem = publicKeys.find((key) => publicKeyId(key) === keyId);
  return pem !== undefined && verify(null, Buffer.from(text), pem, Buffer.from(signature, 'base64'));
}
