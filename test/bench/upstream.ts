// An MCP server that costs next to nothing, so that the measured cost is that of whatever is in front of it. It uses
// node:http and speaks one era strictly: it refuses a request that lacks its era's headers or session.
//
//   fork('upstream.ts', ['legacy' | 'modern'])
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { report } from './child.ts';
import { type Era, modernVersion, toolDefinitions } from './protocol.ts';

interface Message {
  id?: number | string;
  method: string;
  params?: { name?: string; protocolVersion?: string; arguments?: Record<string, unknown> };
}

const era = process.argv[2] as Era;
const sessions = new Set<string>();
/** How often each tool was called: shows whether refused calls came through, and whether allowed ones did. */
const calls: Record<string, number> = {};

const capabilities = { tools: {} };
const serverInfo = { name: `upstream-${era}`, version: '1.0.0' };
const whole = era === 'modern' ? { resultType: 'complete' } : {};
const cacheable = era === 'modern' ? { ttlMs: 0, cacheScope: 'private' } : {};

function call(name: string, args: Record<string, unknown>): Record<string, unknown> {
  calls[name] = (calls[name] ?? 0) + 1;
  if (name === 'echo') return { content: [{ type: 'text', text: args.text }], ...whole };
  if (name === 'put') return { content: [{ type: 'text', text: `kept ${args.key}` }], ...whole };
  return { content: [{ type: 'text', text: `${name} is refused` }], isError: true, ...whole };
}

function answer(message: Message, response: ServerResponse): Record<string, unknown> | undefined {
  const { method, params } = message;
  if (method === 'tools/call') return call(params?.name ?? '', params?.arguments ?? {});
  if (method === 'tools/list') return { tools: toolDefinitions, ...whole, ...cacheable };
  if (method === 'server/discover' && era === 'modern') {
    return { supportedVersions: [modernVersion], capabilities, serverInfo, ...whole, ...cacheable };
  }
  if (method === 'initialize' && era === 'legacy') {
    const session = randomUUID();
    sessions.add(session);
    response.setHeader('mcp-session-id', session);
    return { protocolVersion: params?.protocolVersion, capabilities, serverInfo };
  }
  if (method === 'ping' && era === 'legacy') return {};
  return undefined;
}

/** Why the era's rules forbid a request; undefined if they don't. */
function misfit(message: Message, request: IncomingMessage): { status: number; code: number } | undefined {
  if (era === 'modern') {
    if (message.method === 'initialize') return { status: 404, code: -32601 };
    const mirrored =
      request.headers['mcp-protocol-version'] === modernVersion &&
      request.headers['mcp-method'] === message.method &&
      request.headers['mcp-name'] === message.params?.name;
    return mirrored ? undefined : { status: 400, code: -32020 };
  }
  if (message.method === 'initialize') return undefined;
  const session = request.headers['mcp-session-id'];
  if (session === undefined) return { status: 400, code: -32600 };
  return sessions.has(String(session)) ? undefined : { status: 404, code: -32600 };
}

function handle(text: string, request: IncomingMessage, response: ServerResponse): void {
  const message = JSON.parse(text) as Message;
  const refused = misfit(message, request);
  const result = refused === undefined ? answer(message, response) : undefined;
  if (message.id === undefined) {
    response.writeHead(refused?.status ?? 202).end();
    return;
  }
  const error = { code: refused?.code ?? -32601, message: `refused ${message.method}` };
  const status = refused?.status ?? (result === undefined && era === 'modern' ? 404 : 200);
  const body = Buffer.from(
    JSON.stringify({ jsonrpc: '2.0', id: message.id, ...(result === undefined ? { error } : { result }) }),
  );
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
}

const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
  if (request.method === 'DELETE') sessions.delete(String(request.headers['mcp-session-id']));
  if (request.method !== 'POST') {
    response.writeHead(request.method === 'DELETE' ? 200 : 405).end();
    return;
  }
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => handle(Buffer.concat(chunks).toString(), request, response));
});

report(server, () => ({ ...calls }));
