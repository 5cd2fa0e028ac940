import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { McpServer as LegacyServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { openPlainHttp } from './plain-http.ts';

const info = { name: 'sdk', version: '1.0.0' };
const instructions = 'Add small numbers only.';
const sum = ({ a, b }: { a: number; b: number }) => ({
  content: [{ type: 'text' as const, text: String(a + b) }],
});

/** A running server, stopped at the end of its scope. */
export interface SdkHttp extends AsyncDisposable {
  readonly url: string;
}

/**
 * The SDK's own server over HTTP: `modern` is 2.x, and `legacy` is 1.x with a session for each client.
 *
 * @param admits whether a request's credentials are right.
 */
export async function openSdkHttp(
  era: 'modern' | 'legacy',
  admits: (headers: IncomingHttpHeaders) => boolean = () => true,
): Promise<SdkHttp> {
  const handle = era === 'modern' ? modernHandler() : legacyHandler();
  return openPlainHttp((response, request) => {
    if (admits(request.headers)) void handle(request, response);
    else response.writeHead(401).end();
  });
}

type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

function modernHandler(): Handle {
  const handler = createMcpHandler(() => {
    const server = new McpServer(info, { instructions });
    const inputSchema = z.object({ a: z.number(), b: z.number() });
    server.registerTool('add', { description: 'Adds.', inputSchema }, sum);
    return server;
  });
  return toNodeHandler(handler) as Handle;
}

function legacyHandler(): Handle {
  const transports = new Map<string, StreamableHTTPServerTransport>();
  return async (request, response) => {
    const known = transports.get(String(request.headers['mcp-session-id']));
    if (known !== undefined) return known.handleRequest(request, response);
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (id) => void transports.set(id, transport),
    });
    const server = new LegacyServer(info, { instructions });
    server.registerTool('add', { description: 'Adds.', inputSchema: { a: z.number(), b: z.number() } }, sum);
    await server.connect(transport as Parameters<LegacyServer['connect']>[0]);
    return transport.handleRequest(request, response);
  };
}
