// The bare pass-through that every figure is compared with: parses a request, re-serialises it, forwards it
// through undici, and hands the answer back as it came. No check, no record.
//
//   fork('proxy.ts', [upstreamUrl])
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Pool } from 'undici';
import { report } from './child.ts';

const upstream = new URL(process.argv[2] ?? '');
const pool = new Pool(upstream.origin, { connections: 128, pipelining: 1 });
const passed = ['accept', 'mcp-session-id', 'mcp-protocol-version', 'mcp-method', 'mcp-name'];

async function forward(text: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  for (const name of passed) {
    const value = request.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  const body = text === '' ? null : JSON.stringify(JSON.parse(text));
  const method = request.method === 'DELETE' ? 'DELETE' : 'POST';
  const answer = await pool.request({ path: upstream.pathname, method, headers, body });
  const bytes = Buffer.from(await answer.body.arrayBuffer());
  const session = answer.headers['mcp-session-id'];
  response.writeHead(answer.statusCode, {
    ...(session === undefined ? {} : { 'mcp-session-id': session }),
    'content-type': String(answer.headers['content-type']),
    'content-length': bytes.length,
  });
  response.end(bytes);
}

const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    forward(Buffer.concat(chunks).toString(), request, response).catch((error: unknown) => {
      response.writeHead(502).end(String(error));
    });
  });
});

report(server);
