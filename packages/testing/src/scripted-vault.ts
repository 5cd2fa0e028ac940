import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** One request as it arrived. */
export interface Asked {
  readonly method: string;
  /** The path below `/v1/`. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

/** A response from the script. */
export interface Told {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

/** A stand-in for Vault on loopback, for behaviour that can't be provoked in a real one. */
export interface ScriptedVault extends AsyncDisposable {
  readonly address: string;
  readonly asked: Asked[];
  /** The requested paths, in order. */
  paths(): string[];
}

/**
 * @param script answers each request.
 * @param tls PEM of its key and certificate. Default: plain HTTP.
 */
export async function openScriptedVault(
  script: (asked: Asked) => Told,
  tls?: { readonly key: string; readonly cert: string },
): Promise<ScriptedVault> {
  const asked: Asked[] = [];
  const listener: RequestListener = async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const one: Asked = {
      method: request.method ?? '',
      path: (request.url ?? '').replace('/v1/', ''),
      headers: request.headers,
      body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
    };
    asked.push(one);
    const { status = 200, headers = {}, body = {} } = script(one);
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    paths: () => asked.map(({ path }) => path),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The response to a login. */
export function login(token: string, lease = 3600, renewable = true): Told {
  return { body: { auth: { client_token: token, lease_duration: lease, renewable } } };
}

/** The response of KV version 2. */
export function kv2(fields: Record<string, unknown>): Told {
  return { body: { lease_duration: 0, data: { data: fields, metadata: { version: 1 } } } };
}

/** A refusal as Vault writes it. */
export function refusal(status: number, ...errors: string[]): Told {
  return { status, body: { errors } };
}
