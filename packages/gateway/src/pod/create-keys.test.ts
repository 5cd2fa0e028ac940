import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runMode } from '../testing/run-mode.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
if (!hasOpenssl) console.log('skipped: no certificates can be made; install openssl');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-keys-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Asked {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly authorization: string | undefined;
  readonly body: { readonly immutable: boolean; readonly data: Record<string, string> };
}

/** Runs the mode in a pod whose API server answers with `status` and `message`. */
async function createKeys(status: number, message = '') {
  const account = join(folder, 'account');
  mkdirSync(account);
  const [key, ca] = [join(folder, 'key.pem'), join(account, 'ca.crt')];
  const args = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=api';
  const more = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', ca];
  execFileSync('openssl', [...args.split(' '), ...more], { stdio: 'ignore' });
  writeFileSync(join(account, 'token'), 'the-token');
  writeFileSync(join(account, 'namespace'), 'mcp-dev');
  const asked: Asked[] = [];
  const tls = { key: readFileSync(key), cert: readFileSync(ca) };
  const server = createServer(tls, async (request, response) => {
    const { method, url, headers } = request;
    asked.push({ method, url, authorization: headers.authorization, body: (await json(request)) as never });
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ message }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const env = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(port) };
  const ended = await runMode(['keys', '--secret', 'lockstep-keys', '--account', account], { env });
  server.close();
  return { ...ended, asked };
}

describe.skipIf(!hasOpenssl)('keys', () => {
  it('are put into one Secret that nobody can change, in one request, and are in no line of the log', async () => {
    const { code, stdout, stderr, asked } = await createKeys(201);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('The Secret lockstep-keys has new keys');
    const [{ method, url, authorization, body } = {} as Asked] = asked;
    expect(asked).toHaveLength(1);
    expect({ method, url, authorization }).toEqual({
      method: 'PATCH',
      url: '/api/v1/namespaces/mcp-dev/secrets/lockstep-keys?fieldManager=lockstep-keys&fieldValidation=Strict',
      authorization: 'Bearer the-token',
    });
    expect(body.immutable).toBe(true);
    const keys = Object.entries(body.data).map(
      ([name, text]) => [name, Buffer.from(text, 'base64')] as const,
    );
    expect(keys.map(([name]) => name)).toEqual(['root.key', 'audit.key', 'bridge.key']);
    expect(keys.map(([, key]) => key.length > 31)).toEqual([true, true, true]);
    for (const text of Object.values(body.data)) expect(stderr).not.toContain(text.slice(0, 16));
  });

  it.each([
    [409, 'Apply failed with 1 conflict: conflict with "kubectl-create": .data.root.key'],
    [422, 'Secret "lockstep-keys" is invalid: data: Forbidden: field is immutable when `immutable` is set'],
  ])('that are there are kept (%i)', async (status, message) => {
    const { code, stderr } = await createKeys(status, message);
    expect(code).toBe(0);
    expect(stderr).toContain('The Secret lockstep-keys has keys already, which are kept.');
  });

  it('that the API server refuses are an error of one sentence', async () => {
    const { code, stderr } = await createKeys(403, 'secrets "lockstep-keys" is forbidden.');
    expect(code).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({
      level: 'fatal',
      msg: 'The API server refuses the Secret lockstep-keys in mcp-dev (403: secrets "lockstep-keys" is forbidden); correct the Role of this pod\'s service account, or make the Secret with `lockstep keys create`.',
    });
  });

  it('need a name and a service account', async () => {
    expect(await runMode(['keys'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--secret: is missing; name the Secret'),
    });
    const outside = await runMode(['keys', '--secret', 'x', '--account', folder]);
    expect(outside.code).toBe(1);
    expect(outside.stderr).toContain("doesn't hold a service account's token");
  });
});
