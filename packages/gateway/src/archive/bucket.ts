import type { ArchiveSettings } from '@lockstep/model/internal';

/** Milliseconds that one attempt may take: a connection that hangs is given up. */
const maxAttemptMs = 60_000;

/** What the archive needs of an object store. */
export interface Bucket {
  /**
   * Adds an object, once, unless one of that name is there: then that one stays.
   *
   * @throws Error of the store or the network; whether the object arrived is unknown.
   */
  add(key: string, text: string, signal: AbortSignal): Promise<'added' | 'was there'>;
  close(): Promise<void>;
}

/**
 * A bucket on S3, with the credentials that AWS's SDK finds where it runs. The SDK is loaded with the first object:
 * it costs a gateway without an archive nothing.
 */
export function openBucket(settings: ArchiveSettings): Bucket {
  const { bucket, kmsKey } = settings;
  let connecting: ReturnType<typeof connect> | undefined;
  return {
    async add(key, text, signal) {
      connecting ??= connect(settings);
      const { client, PutObjectCommand } = await connecting;
      const object = new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: text,
        ContentType: 'application/jsonl',
        // Buckets with Object Lock take nothing without one.
        ChecksumAlgorithm: 'SHA256',
        IfNoneMatch: '*',
        ...(kmsKey && { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKey }),
      });
      const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(maxAttemptMs)]);
      try {
        await client.send(object, { abortSignal });
        return 'added';
      } catch (error) {
        if (isThere(error)) return 'was there';
        throw error;
      }
    },
    async close() {
      const connection = await connecting?.catch(() => undefined);
      connection?.client.destroy();
    },
  };
}

async function connect({ region, endpoint }: ArchiveSettings) {
  const { PutObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
  // Tried again by the archive, which says so in the log and never gives up.
  const options = { region, maxAttempts: 1, ...(endpoint && { endpoint, forcePathStyle: true }) };
  return { client: new S3Client(options), PutObjectCommand };
}

/** S3's answer to `If-None-Match: *` where an object of that name is. */
function isThere(error: unknown): boolean {
  return error instanceof Error && error.name === 'PreconditionFailed';
}
