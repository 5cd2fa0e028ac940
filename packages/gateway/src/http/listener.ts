import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { refuseHost } from '../identity/host-guard.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { GatewayContext } from '../pipeline/context.ts';
import { serverLimits } from './listen.ts';
import { serveMcp } from './mcp.ts';
import { sendError, sendJson } from './respond.ts';

interface ListenerOptions {
  readonly context: GatewayContext;
  /** Admin API and pages. */
  readonly admin: RequestListener;
  /** Whether the gateway can record and decide; if not, `/readyz` answers 503. */
  readonly isReady: () => boolean;
}

/** The gateway's HTTP server: MCP and health here, everything else goes to the admin API and pages. */
export function createListener(options: ListenerOptions): Server {
  return createServer(serverLimits, (request, response) => {
    route(request, response, options).catch((error: unknown) => {
      options.context.log.debug({ error: String(error) }, 'a connection broke');
      if (!response.headersSent)
        sendError(response, 500, 'The gateway failed to answer this request; see its log.');
      else response.destroy();
    });
  });
}

async function route(
  request: IncomingMessage,
  response: ServerResponse,
  options: ListenerOptions,
): Promise<void> {
  const { context } = options;
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  if (path === '/healthz') return sendJson(response, 200, { status: 'ok' });
  if (path === '/readyz') {
    const ready = options.isReady();
    return sendJson(response, ready ? 200 : 503, {
      status: ready ? 'ready' : 'not ready',
      bundle: context.policy().digest,
    });
  }
  if (path === '/mcp') return serveMcp(request, response, undefined, context);
  if (path.startsWith('/mcp/')) return serveMcp(request, response, path.slice('/mcp/'.length), context);
  const refused = refuseHost(request.headers, context.allowedHosts());
  if (refused !== undefined) return sendError(response, 403, refused);
  options.admin(request, response);
}

/** The listener of `/metrics`, which agents can't reach. */
export function createMetricsListener(metrics: Metrics): Server {
  return createServer((request, response) => {
    if (request.url?.split('?', 1)[0] !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    metrics.text().then(
      (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
}
