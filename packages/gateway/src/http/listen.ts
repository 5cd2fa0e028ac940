import type { Server } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';

/** Limits of our HTTP servers on connections and headers, in milliseconds and bytes. */
export const serverLimits = {
  keepAliveTimeout: 65_000,
  headersTimeout: 30_000,
  requestTimeout: 300_000,
  maxHeaderSize: 32_768,
} as const;

/**
 * Listens and returns the port.
 *
 * @param option the option that chooses the port; the error names it.
 * @throws Error in one sentence if the port is taken or may not be used.
 */
export function listen(server: Server, host: string, port: number, option = '--port'): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new Error(explain(error, host, port, option))),
    );
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

function explain(error: NodeJS.ErrnoException, host: string, port: number, option: string): string {
  if (error.code === 'EADDRINUSE')
    return `Port ${port} on ${host} is in use; choose another with ${option}, or stop the program that uses it.`;
  if (error.code === 'EACCES')
    return `Port ${port} on ${host} may not be used; choose one above 1023 with ${option}.`;
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return `${host} isn't an address of this machine; choose another with --host.`;
  return `Can't listen on ${host}:${port}: ${error.message}.`;
}

/** Milliseconds between checks for idle connections. */
const sweepMs = 100;

/** Stops accepting requests, gives those in flight `seconds` to finish, then cuts off the rest. */
export function closeServer(server: Server, seconds: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), seconds * 1000);
    // A client keeps its connection for another request, which would get no answer.
    const sweeper = setInterval(() => server.closeIdleConnections(), sweepMs);
    server.close(() => {
      clearTimeout(timer);
      clearInterval(sweeper);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/**
 * The address for clients. If the gateway listens on all addresses, this is the first allowed host, or the machine's
 * own address.
 *
 * @example
 * clientAddress('0.0.0.0', 7411, ['mcp.example.com']); // 'http://mcp.example.com:7411'
 */
export function clientAddress(host: string, port: number, allowedHosts: readonly string[] = []): string {
  if (host !== '0.0.0.0' && host !== '::') return `http://${bracketed(host)}:${port}`;
  const [named] = allowedHosts;
  if (named === undefined) return `http://${host === '::' ? '[::1]' : '127.0.0.1'}:${port}`;
  const name = bracketed(named);
  return /:\d+$/.test(name) ? `http://${name}` : `http://${name}:${port}`;
}

function bracketed(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}
