import { createServer, type Server } from 'node:http';
import type { Metrics } from '../metrics.ts';

/** The listener of `/metrics`, apart from what agents reach. */
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
