import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AdminApp, adminListener } from '../admin/app.ts';
import { serveSocket } from '../admin/socket.ts';
import { clientAddress, closeServer, listen } from '../http/listen.ts';
import { createListener, createMetricsListener } from '../http/listener.ts';
import { type AllowedHosts, allowedHosts, isLoopbackName } from '../identity/host-guard.ts';
import { socketFile } from '../kernel/state-folders.ts';
import type { GatewayContext } from '../pipeline/context.ts';
import type { GatewayOptions } from './options.ts';

/** Seconds that calls in flight get to finish when the gateway stops. */
const drainSeconds = 10;

/** The gateway's addresses, known once it listens. */
interface Addresses {
  url(): string;
  /** The address of the pages for people. */
  publicUrl(): string;
  allowedHosts(): AllowedHosts;
  /** Set once. */
  port: number;
}

export function addressesOf(options: GatewayOptions): Addresses {
  const { host = '127.0.0.1' } = options;
  let hosts: AllowedHosts | undefined;
  const addresses: Addresses = {
    port: 0,
    url: () => clientAddress(host, addresses.port, options.allowedHosts),
    publicUrl: () => options.publicUrl ?? addresses.url(),
    allowedHosts() {
      if (addresses.port === 0) throw new Error('The port is not known yet.');
      hosts ??= allowedHosts(addresses.port, [
        ...(isLoopbackName(host) ? [] : [host]),
        ...(options.allowedHosts ?? []),
      ]);
      return hosts;
    },
  };
  return addresses;
}

/**
 * Opens the listeners: for agents and people, for Prometheus, and on the socket that only this account can open.
 *
 * @throws Error in one sentence if a port isn't available.
 */
export async function openListeners(
  { host = '127.0.0.1', port = 7411, metricsHost = '127.0.0.1', metricsPort = 0 }: GatewayOptions,
  {
    context,
    admin,
    addresses,
    isReady,
  }: {
    context: GatewayContext;
    admin: AdminApp;
    addresses: Addresses;
    isReady: () => boolean;
  },
  opened: AsyncDisposableStack,
  runFolder: string,
): Promise<{ metricsUrl: string; socketPath: string }> {
  const server = createListener({
    context,
    admin: adminListener(admin),
    isReady,
  });
  addresses.port = await listen(server, host, port);
  opened.defer(() => closeServer(server, drainSeconds));
  opened.defer(() => context.streams.closeWhere(() => true));
  const metricsServer = createMetricsListener(context.metrics);
  const boundMetricsPort = await listen(metricsServer, metricsHost, metricsPort, '--metrics-port');
  opened.defer(() => closeServer(metricsServer, 0));
  const socketPath = join(runFolder, socketFile);
  const socket = await serveSocket(admin, socketPath);
  opened.defer(() => socket.close());
  return { metricsUrl: `${clientAddress(metricsHost, boundMetricsPort)}/metrics`, socketPath };
}

/** Writes down for the command where the gateway of this state folder is. */
export function logAddresses(
  runFolder: string,
  addresses: { url: string; metricsUrl: string },
): Promise<void> {
  const text = JSON.stringify({ pid: process.pid, ...addresses });
  return writeFile(join(runFolder, 'gateway.json'), `${text}\n`, { mode: 0o600 });
}
