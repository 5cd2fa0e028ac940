// The bare pass-through that every figure is compared with. It parses each message, serializes it again and passes it
// on with its headers, requests through undici and answers back. It checks and records nothing.
//
//   fork('proxy.ts', [upstreamUrl])
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { Pool } from 'undici';
import { report } from './child.ts';

const upstream = new URL(process.argv[2] ?? '');
const pool = new Pool(upstream.origin, { connections: 128, pipelining: 1 });
/** Headers that belong to one connection only, or are made again. Source: RFC 9110, section 7.6.1. */
const hopByHop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'host', 'content-length']);

function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const passed: IncomingHttpHeaders = {};
  for (const name in headers) if (!hopByHop.has(name)) passed[name] = headers[name];
  return passed;
}

const reserialise = (text: string) => (text === '' ? '' : JSON.stringify(JSON.parse(text)));

async function forward(text: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const method = request.method === 'DELETE' ? 'DELETE' : 'POST';
  const body = reserialise(text);
  const headers = endToEnd(request.headers);
  const answer = await pool.request({ path: upstream.pathname, method, headers, body });
  const back = reserialise(await answer.body.text());
  response.writeHead(answer.statusCode, {
    ...endToEnd(answer.headers),
    'content-length': Buffer.byteLength(back),
  });
  response.end(back);
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
