import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { verifyExport } from '@lockstep/gateway';
import { deploymentOf } from '@lockstep/testing/deployed';
import { until } from '@lockstep/testing/until';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { httpRelease } from './http-server.ts';
import { makePod, type Pod } from './pod.ts';

/** The objects that were put, by path. */
const objects = new Map<string, string>();
const requests: unknown[] = [];
const store = createServer(async (request, response) => {
  const { method, headers, url = '' } = request;
  requests.push({
    method,
    once: headers['if-none-match'],
    checksum: typeof headers['x-amz-checksum-sha256'],
  });
  const path = url.split('?')[0] ?? '';
  const body = await text(request);
  if (objects.has(path)) return void response.writeHead(412).end();
  objects.set(path, body);
  response.writeHead(200, { etag: '"1"' }).end();
});
let pod: Pod;

beforeAll(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'id');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  await once(store.listen(0, '127.0.0.1'), 'listening');
  pod = await makePod();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  store.close();
  await pod?.[Symbol.asyncDispose]();
});

it("a pod's gateway fills the archive that its deployment names, until the gateway stops", async () => {
  const releases = { one: httpRelease('http://127.0.0.1:1/mcp') };
  const deployment = deploymentOf(releases) as object;
  await pod.deploy({ releases, deployment });
  await pod.writeTokens([(await pod.makeToken('ci')).entry]);
  const gateway = await pod.start();
  expect(objects.size).toBe(0);

  const endpoint = `http://127.0.0.1:${(store.address() as AddressInfo).port}`;
  const archive = { bucket: 'audit', region: 'eu-west-1', prefix: 'mcp', endpoint };
  await pod.deploy({ releases, deployment: { ...deployment, archive } });
  await until('a segment arrives', () => objects.size > 0);
  await gateway.stop();

  const key = await readFile(join(pod.folder, 'state/keys/audit.pub.pem'), 'utf8');
  let next = 1;
  for (const [path, body] of [...objects].toSorted()) {
    expect(path).toMatch(/^\/audit\/mcp\/dev\/[0-9a-f-]{36}\/000001\/\d{12}-\d{12}\.jsonl$/);
    const { ok, manifest } = await verifyExport(body.trimEnd().split('\n'), [key]);
    expect({ ok, first: manifest?.segments[0]?.first }).toEqual({ ok: true, first: next });
    next = (manifest?.segments[0]?.last ?? 0) + 1;
  }
  for (const request of requests) expect(request).toEqual({ method: 'PUT', once: '*', checksum: 'string' });
});
