import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

type Json = Record<string, unknown>;

/** A JSON-RPC message of any kind. */
export interface RawMessage {
  id?: number | string | null;
  method?: string;
  params?: Json & { name?: string; arguments?: Json; _meta?: Json };
  error?: unknown;
}

/** One request as it arrived. */
export interface Received {
  readonly verb: string;
  readonly headers: IncomingHttpHeaders;
  readonly message: RawMessage;
}

/** A hand-written remote server on a free loopback port. */
export interface RawHttp extends AsyncDisposable {
  readonly url: string;
  /** Everything that arrived, in order. */
  readonly received: Received[];
  /** The messages of one method. */
  of(method: string): Received[];
  /** The calls whose connection the client has closed. */
  readonly abandoned: string[];
  /** Forgets every session, as after a restart. */
  forgetSessions(): void;
  /** Changes its first tool's description, and sends a notice on every open stream. */
  change(description: string): void;
  /** How many streams of notices are open. */
  notices(): number;
  close(): Promise<void>;
}

/** The tools that it offers; tests make its release from them. */
export const rawHttpTools = [
  {
    name: 'echo',
    description: 'Says what it was told.',
    inputSchema: {
      type: 'object',
      properties: {
        region: { type: 'string', 'x-mcp-header': 'Region' },
        deep: { type: 'object', properties: { count: { type: 'integer', 'x-mcp-header': 'Count' } } },
      },
    },
  },
  ...[
    'slow',
    'stream',
    'big',
    'break',
    'moved',
    'garbage',
    'failing',
    'refused',
    'ask',
    'resume',
    'number',
  ].map((name) => ({ name, description: `Does ${name}.`, inputSchema: { type: 'object' } })),
];

/** @param admits whether a request's credentials are right; a refusal quotes the wrong ones. */
export async function openRawHttp(
  era: 'modern' | 'legacy',
  port = 0,
  admits: (headers: IncomingHttpHeaders, message: RawMessage) => boolean = () => true,
): Promise<RawHttp> {
  const received: Received[] = [];
  const abandoned: string[] = [];
  const sessions = new Set<string>();
  const streams = new Set<ServerResponse>();
  let sessionCount = 0;
  let description = rawHttpTools[0]?.description;

  const listTools = () => rawHttpTools.map((tool, index) => (index === 0 ? { ...tool, description } : tool));

  const answer = async (
    message: RawMessage,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    const { id, method } = message;
    if (method === 'tools/list')
      return reply(response, { id, result: { tools: listTools(), resultType: 'complete' } });
    if (method === 'subscriptions/listen') return openNotices(response);
    if (method === 'tools/call') return call(message, request, response);
    return reply(response, { id, error: { code: -32601, message: 'Method not found' } }, 404);
  };

  const openNotices = (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    streams.add(response);
    response.on('close', () => streams.delete(response));
  };

  const handleModern = (message: RawMessage, request: IncomingMessage, response: ServerResponse) => {
    const { headers } = request;
    const { id, method, params } = message;
    const name = params?.name;
    const right =
      headers['mcp-protocol-version'] === '2026-07-28' &&
      params?._meta?.['io.modelcontextprotocol/protocolVersion'] === '2026-07-28' &&
      headers['mcp-method'] === method &&
      (method !== 'tools/call' || headers['mcp-name'] === name);
    if (!right) return reply(response, { id, error: { code: -32020, message: 'Header mismatch' } }, 400);
    if (method !== 'server/discover') return answer(message, request, response);
    const result = {
      resultType: 'complete',
      supportedVersions: ['2026-07-28'],
      capabilities: { tools: { listChanged: true } },
      _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'raw', version: '2.0.0' } },
    };
    return reply(response, { id, result });
  };

  const handleLegacy = (message: RawMessage, request: IncomingMessage, response: ServerResponse) => {
    const { id, method, params } = message;
    if (method === 'initialize') {
      sessionCount += 1;
      const session = `session-${sessionCount}`;
      sessions.add(session);
      response.setHeader('mcp-session-id', session);
      const result = {
        protocolVersion: params?.protocolVersion,
        capabilities: { tools: { listChanged: true } },
        serverInfo: { name: 'raw', version: '1.0.0' },
      };
      return reply(response, { id, result });
    }
    const session = String(request.headers['mcp-session-id']);
    if (session === 'undefined') {
      return reply(response, { id: null, error: { code: -32000, message: 'Bad Request: no session' } }, 400);
    }
    if (!sessions.has(session)) {
      return reply(response, { id: null, error: { code: -32001, message: 'Session not found' } }, 404);
    }
    if (request.method === 'DELETE') {
      sessions.delete(session);
      return void response.writeHead(200).end();
    }
    if (request.method === 'GET') {
      return request.headers['last-event-id'] === undefined ? openNotices(response) : resume(response);
    }
    if (id === undefined || method === undefined) return void response.writeHead(202).end();
    return answer(message, request, response);
  };

  /** The request whose stream `resume` broke off. */
  let unfinished: RawMessage['id'];
  const resume = (response: ServerResponse) => {
    event(response, { id: unfinished, result: text('resumed') });
    response.end();
  };

  const tools: Record<string, (message: RawMessage, response: ServerResponse) => void | Promise<void>> = {
    echo: ({ id, params }, response) => reply(response, { id, result: text(params) }),
    slow: async ({ id, params }, response) => {
      response.on('close', () => {
        if (!response.writableFinished) abandoned.push(String(params?.arguments?.label));
      });
      await sleep(Number(params?.arguments?.milliseconds ?? 60_000), undefined, { ref: false });
      reply(response, { id, result: text('slowly') });
    },
    stream: async ({ id, params }, response) => {
      const progressToken = params?._meta?.progressToken;
      for (const progress of [1, 2]) {
        event(response, { method: 'notifications/progress', params: { progressToken, progress } });
        response.write(': a comment\n\n');
      }
      event(response, { id: 'another', result: {} });
      event(response, { id, result: text('streamed') });
      response.end();
    },
    big: ({ id, params }, response) =>
      reply(response, { id, result: text('x'.repeat(Number(params?.arguments?.bytes))) }),
    break: (_message, response) => void response.destroy(),
    moved: (_message, response) =>
      void response.writeHead(307, { location: 'https://elsewhere.example/mcp' }).end(),
    garbage: (_message, response) =>
      void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hi</h1>'),
    failing: (_message, response) => void response.writeHead(502).end('bad gateway'),
    refused: ({ id }, response) =>
      reply(response, { id, error: { code: -32602, message: 'No', data: { why: 1 } } }, 400),
    ask: async ({ id }, response) => {
      event(response, { id: 'ask-1', method: 'sampling/createMessage', params: {} });
      const refusal = () =>
        received.find(({ message }) => message.id === 'ask-1' && message.method === undefined);
      while (refusal() === undefined) await sleep(5);
      event(response, { id, result: text(refusal()?.message) });
      response.end();
    },
    resume: ({ id, params }, response) => {
      unfinished = id;
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(`id: 41\nretry: ${params?.arguments?.retry ?? 10}\ndata: \n\n`);
    },
    number: ({ id }, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(
        `{"jsonrpc":"2.0","id":${id},"result":{"content":[],"big":9007199254740993,"small":1.50}}`,
      );
    },
  };

  const call = (message: RawMessage, _request: IncomingMessage, response: ServerResponse) =>
    tools[message.params?.name ?? '']?.(message, response);

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const message = (body === '' ? {} : JSON.parse(body)) as RawMessage;
    received.push({ verb: request.method ?? '', headers: request.headers, message });
    if (!admits(request.headers, message)) {
      const error = { code: -32000, message: `Not with ${request.headers.authorization}` };
      return reply(response, { id: message.id ?? null, error }, 401);
    }
    await (era === 'modern' ? handleModern : handleLegacy)(message, request, response);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');

  const close = async () => {
    server.closeAllConnections();
    if (server.listening) {
      server.close();
      await once(server, 'close');
    }
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    received,
    abandoned,
    of: (method) => received.filter(({ message }) => message.method === method),
    forgetSessions: () => sessions.clear(),
    change(next) {
      description = next;
      for (const stream of streams) {
        stream.write(
          `data: ${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' })}\n\n`,
        );
      }
    },
    notices: () => streams.size,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function text(value: unknown): Json {
  const content = [{ type: 'text', text: typeof value === 'string' ? value : JSON.stringify(value) }];
  return { content, resultType: 'complete' };
}

function reply(response: ServerResponse, message: object, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ jsonrpc: '2.0', ...message }));
}

function event(response: ServerResponse, message: object): void {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(`event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`);
}
