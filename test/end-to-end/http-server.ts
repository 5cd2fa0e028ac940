import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Release } from '@lockstep/model/internal';
import { releaseOf } from '@lockstep/testing/release';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';

const tools = [
  { name: 'whoami', description: 'Names the server.', inputSchema: { type: 'object' as const } },
  { name: 'wait', description: 'Answers once it is released.', inputSchema: { type: 'object' as const } },
];

/** The reviewed release of this server, as a remote server at `url`. */
export const httpRelease = (url: string): Release => ({
  ...releaseOf({ tools }),
  source: { type: 'remote', url },
});

/** An MCP server over HTTP, made with the official SDK, on a free port of loopback. */
export interface HttpServer extends AsyncDisposable {
  readonly url: string;
  /** How many calls of `wait` are waiting. */
  waiting(): number;
  /** Answers these calls. */
  release(): void;
}

/** @param name the answer of `whoami`. */
export async function openHttpServer(name: string): Promise<HttpServer> {
  const waiting: (() => void)[] = [];
  const text = (said: string) => ({ content: [{ type: 'text' as const, text: said }] });

  const makeServer = (): Server => {
    const server = new Server({ name, version: '1.0.0' }, { capabilities: { tools: {} } });
    server.setRequestHandler(ListToolsRequestSchema, async () => ({ tools }));
    server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
      if (params.name === 'whoami') return text(name);
      await new Promise<void>((resolve) => waiting.push(resolve));
      return text(`${name} was released`);
    });
    return server;
  };

  const http = createServer(async (request, response) => {
    // There are no sessions, so each request gets a server.
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined } as never);
    await makeServer().connect(transport as never);
    await transport.handleRequest(request, response);
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`,
    waiting: () => waiting.length,
    release: () => {
      for (const resume of waiting.splice(0)) resume();
    },
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
}
