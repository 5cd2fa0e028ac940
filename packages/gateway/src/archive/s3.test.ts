import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectLockConfigurationCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { temporaryFolder } from '@lockstep/testing/folder';
import { startMoto } from '@lockstep/testing/moto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { auditHeads } from '../audit/pages.ts';
import { verifyExport } from '../audit/verify-export.ts';
import { openKeys } from '../keys/keys.ts';
import { appendAll, type Store } from '../ledger/store-port.ts';
import { callRecord, openFolder } from '../testing/store.ts';
import { startArchive } from './archive.ts';
import { openBucket } from './bucket.ts';

const region = 'eu-west-1';
const moto = await startMoto();
let s3: S3Client;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'id');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  folder = await temporaryFolder();
  s3 = new S3Client({ region, endpoint: moto?.url ?? '', forcePathStyle: true });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  s3.destroy();
  await folder[Symbol.asyncDispose]();
  await moto?.[Symbol.asyncDispose]();
});

/** A bucket like that of `AuditArchive`, as far as possible from here. */
async function makeBucket(name: string) {
  await s3.send(
    new CreateBucketCommand({
      Bucket: name,
      ObjectLockEnabledForBucket: true,
      CreateBucketConfiguration: { LocationConstraint: region },
    }),
  );
  await s3.send(
    new PutObjectLockConfigurationCommand({
      Bucket: name,
      ObjectLockConfiguration: {
        ObjectLockEnabled: 'Enabled',
        Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 400 } },
      },
    }),
  );
  return { bucket: name, region, endpoint: moto?.url, prefix: 'mcp' } as const;
}

type Settings = Awaited<ReturnType<typeof makeBucket>>;

async function sendAll(store: Store, settings: Settings): Promise<number> {
  const { sign } = await openKeys(folder.path);
  const log = { error: vi.fn(), info: vi.fn() } as never;
  const onFailure = vi.fn();
  const pace = { look: 0.02, every: 0, retry: { first: 0.02, most: 0.1 }, size: { records: 10, bytes: 1e6 } };
  const bucket = openBucket(settings);
  const archive = startArchive({ settings, bucket, store, environment: 'test', sign, log, onFailure, pace });
  await vi.waitFor(async () => expect(await archive.lag()).toBe(0), { timeout: 20_000 });
  await archive.close();
  return onFailure.mock.calls.length;
}

/** Every object in the order of its key, with the number of its versions. */
async function read(bucket: string) {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
  const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket }));
  return Promise.all(
    Contents.map(async ({ Key = '' }) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
      const text = (await Body?.transformToString()) ?? '';
      return { key: Key, text, versions: Versions.filter((version) => version.Key === Key).length };
    }),
  );
}

async function add(store: Store, count: number): Promise<void> {
  await store.transact(
    appendAll,
    Array.from({ length: count }, () => callRecord()),
  );
}

describe.skipIf(moto === undefined)('an archive on S3', () => {
  it('verifies end to end, over restarts and a lost connection, without a gap or an overlap', async () => {
    const settings = await makeBucket('whole');
    let head = '';
    for (const [epoch, count] of [23, 0, 12].entries()) {
      const store = await openFolder(folder.path);
      await add(store, count);
      await using wire = await looseWire(moto?.url ?? '', epoch === 2 ? 1 : 0);
      const failures = await sendAll(store, { ...settings, endpoint: wire.url as never });
      expect(failures).toBe(epoch === 2 ? 1 : 0);
      head = (await store.query(auditHeads, null))[0]?.hash ?? '';
      await store.close();
    }

    const { publicKeys } = await openKeys(folder.path);
    const objects = await read('whole');
    let last: string | null = null;
    for (const { key, text, versions } of objects) {
      const { ok, manifest } = await verifyExport(text.trimEnd().split('\n'), publicKeys);
      expect({ key, ok, versions }).toEqual({ key, ok: true, versions: 1 });
      expect(manifest?.segments).toHaveLength(1);
      // Each begins with the hash with which the one before ended.
      expect(manifest?.segments[0]?.prev).toBe(last);
      last = manifest?.segments[0]?.hash ?? null;
    }
    expect(last).toBe(head);
    expect(objects.length).toBeGreaterThan(6);
  });

  it('keeps the first version of each object, locked for as long as the bucket says', async () => {
    const { bucket, ...rest } = await makeBucket('twice');
    const to = openBucket({ bucket, ...rest } as never);
    const { signal } = new AbortController();
    expect(await to.add('one.jsonl', 'first\n', signal)).toBe('added');
    expect(await to.add('one.jsonl', 'second\n', signal)).toBe('was there');
    await to.close();
    expect(await read(bucket)).toEqual([{ key: 'one.jsonl', text: 'first\n', versions: 1 }]);
    const held = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: 'one.jsonl' }));
    expect(held.ObjectLockMode).toBe('COMPLIANCE');
  });

  it("says what is wrong with a bucket that isn't there", async () => {
    const to = openBucket({ bucket: 'nowhere', region, endpoint: moto?.url });
    await expect(to.add('a', 'b', new AbortController().signal)).rejects.toThrow(/bucket does not exist/);
    await to.close();
  });
});

/** A proxy to the server that loses the first answers after their requests have arrived. */
async function looseWire(url: string, losses: number): Promise<AsyncDisposable & { readonly url: string }> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  let left = losses;
  const wire = createServer((client) => {
    const server = connect(Number(port), hostname);
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
    client.pipe(server);
    server.on('data', (answer) => {
      if (left > 0) {
        left -= 1;
        client.resetAndDestroy();
        server.destroy();
      } else client.write(answer);
    });
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
  });
  await once(wire.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(wire.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      wire.close();
    },
  };
}
