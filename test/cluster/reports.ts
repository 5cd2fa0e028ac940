import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The only tool of {@link startReports}. */
export const whoTool = {
  name: 'who',
  description: 'Returns the credentials of the request.',
  inputSchema: { type: 'object', properties: {}, additionalProperties: false },
  annotations: { readOnlyHint: true },
};

interface Reports {
  readonly port: number;
  /** How often its tool was called with each `authorization`. */
  readonly calls: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

/** An MCP server of the older era, without sessions and outside of the cluster's pods. */
export async function startReports(host: string): Promise<Reports> {
  const calls = new Map<string, number>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const message = request.method === 'POST' ? JSON.parse(Buffer.concat(chunks).toString()) : {};
    const credentials = request.headers.authorization ?? 'nobody';
    const result = answer(message.method, message.params, credentials);
    if (message.method === 'tools/call') calls.set(credentials, (calls.get(credentials) ?? 0) + 1);
    if (message.id === undefined) response.writeHead(request.method === 'POST' ? 202 : 405).end();
    else {
      const error = { code: -32601, message: 'There is no such method here.' };
      const body = { jsonrpc: '2.0', id: message.id, ...(result ? { result } : { error }) };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(method: string, params: Record<string, unknown>, credentials: string): object | undefined {
  switch (method) {
    case 'initialize':
      return {
        protocolVersion: params.protocolVersion,
        capabilities: { tools: {} },
        serverInfo: { name: 'reports', version: '1.0.0' },
      };
    case 'ping':
      return {};
    case 'tools/list':
      return { tools: [whoTool] };
    case 'tools/call':
      return { content: [{ type: 'text', text: credentials }] };
    default:
      return undefined;
  }
}
