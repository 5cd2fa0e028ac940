import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { capabilities, offeredPrompt, offeredTemplate, offeredTools } from './offer.ts';

type Json = Record<string, unknown>;

/** One message as it reached the server. */
export interface Arrived {
  readonly id?: number;
  readonly method: string;
  readonly params: Json & { name?: string; arguments?: Json; uri?: string; _meta?: Json };
  readonly headers: IncomingHttpHeaders;
}

/** A modern remote server in this process. It keeps the requests that it gets, and answers as a test wants. */
export interface Remote extends AsyncDisposable {
  readonly url: string;
  /** The requests beyond its lists. */
  readonly used: Arrived[];
  /** The next results; by default it says `fine`. A function answers by itself. */
  say: Json | ((response: ServerResponse, message: Arrived) => void) | undefined;
  /** What `tools/list` returns now. */
  tools: readonly Json[];
}

const lists: Readonly<Record<string, () => Json>> = {
  'server/discover': () => ({ supportedVersions: ['2026-07-28'], capabilities }),
  'prompts/list': () => ({ prompts: [offeredPrompt] }),
  'resources/templates/list': () => ({ resourceTemplates: [offeredTemplate] }),
};

export async function openRemote(): Promise<Remote> {
  const remote: Omit<Remote, 'url' | typeof Symbol.asyncDispose> = {
    used: [],
    say: undefined,
    tools: Object.values(offeredTools).map(({ definition }) => definition),
  };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const message = { ...JSON.parse(body), headers: request.headers } as Arrived;
    const reply = (answer: Json, status = 200) =>
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(JSON.stringify({ jsonrpc: '2.0', id: message.id, ...answer }));
    if (message.method === 'subscriptions/listen')
      return reply({ error: { code: -32601, message: '' } }, 404);
    if (message.method === 'tools/list') return reply({ result: { tools: remote.tools } });
    const list = lists[message.method];
    if (list !== undefined) return reply({ result: list() });
    remote.used.push(message);
    const { say } = remote;
    if (typeof say === 'function') return say(response, message);
    return reply(say ?? { result: { content: [{ type: 'text', text: 'fine' }] } });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(remote, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
