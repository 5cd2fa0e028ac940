import type { ArchiveSettings } from '@lockstep/model/internal';

/** Milliseconds that one attempt may take; a connection that hangs is given up. */
const maxAttemptMs = 60_000;

/** What the archive needs from an object store. */
export interface Bucket {
  /**
   * Adds an object unless there is one with that name; an existing object stays.
   *
   * @throws Error of the store or the network; the object may or may not have arrived.
   */
  add(key: string, text: string, signal: AbortSignal): Promise<'added' | 'was there'>;
  close(): Promise<void>;
}

/**
 * Opens a bucket on S3, with the credentials that AWS's SDK finds. The SDK is loaded with the first object, so it costs
 * nothing in a gateway without an archive.
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
        // A bucket with Object Lock accepts no object without one.
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
  // No retries here: the archive itself tries again, logs it and never gives up.
  const options = { region, maxAttempts: 1, ...(endpoint && { endpoint, forcePathStyle: true }) };
  return { client: new S3Client(options), PutObjectCommand };
}

/** Whether this is S3's answer to `If-None-Match: *` for a name that exists. */
function isThere(error: unknown): boolean {
  return error instanceof Error && error.name === 'PreconditionFailed';
}
