import { request } from 'undici';

// biome-ignore lint/suspicious/noExplicitAny: attacks read any part of an answer
type Loose = any;

/** An answer as it arrived. */
export interface Raw {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The JSON of the body, or of the last event of a stream. */
  readonly body: Loose;
}

const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** Sends anything at all. */
export async function raw(
  url: string,
  options: {
    verb?: string;
    body?: string;
    headers?: Record<string, string>;
    token?: string | undefined;
    signal?: AbortSignal | undefined;
  } = {},
): Promise<Raw> {
  const { verb = 'POST', body, headers = {}, token, signal = null } = options;
  const answer = await request(url, {
    method: verb as 'POST',
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      accept: 'application/json, text/event-stream',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: body ?? null,
    signal,
  });
  const text = await answer.body.text();
  const json = text.startsWith('event:') ? (text.trim().split('\ndata: ').at(-1) ?? '') : text;
  return {
    status: answer.statusCode,
    headers: answer.headers,
    text,
    body: json.startsWith('{') ? JSON.parse(json) : undefined,
  };
}

/** The same agent in both eras; `params` may contain anything. */
export interface Attacker {
  readonly send: (
    path: string,
    method: string,
    params: Record<string, unknown>,
    headers?: Record<string, string>,
    signal?: AbortSignal,
  ) => Promise<Raw>;
}

/** The body of a modern request. */
export function modernBody(method: string, params: Record<string, unknown>): string {
  const given = (params._meta ?? {}) as object;
  return JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method,
    params: { ...params, _meta: { ...meta, ...given } },
  });
}

export function modern(url: string, token?: string): Attacker {
  return {
    send: (path, method, params, headers = {}, signal) => {
      const name = params.name ?? params.uri;
      return raw(`${url}${path}`, {
        token,
        signal,
        body: modernBody(method, params),
        headers: {
          'mcp-protocol-version': '2026-07-28',
          'mcp-method': method,
          ...(typeof name === 'string' && {
            'mcp-name': `=?base64?${Buffer.from(name).toString('base64')}?=`,
          }),
          ...headers,
        },
      });
    },
  };
}

/** Opens a session first, whose id is `id`. */
export async function legacy(
  url: string,
  path: string,
  token?: string,
): Promise<Attacker & { readonly id: string }> {
  const opened = await raw(`${url}${path}`, {
    token,
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 0,
      method: 'initialize',
      params: {
        protocolVersion: '2025-11-25',
        capabilities: {},
        clientInfo: { name: 'attacker', version: '1' },
      },
    }),
  });
  const id = String(opened.headers['mcp-session-id']);
  return {
    id,
    send: (to, method, params, headers = {}, signal) =>
      raw(`${url}${to}`, {
        token,
        signal,
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
        headers: { 'mcp-session-id': id, ...headers },
      }),
  };
}
