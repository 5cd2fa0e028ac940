import { connect } from 'node:net';
import { Failure } from './failure.ts';

/** Reads a port that was given to an option. */
export function parsePort(option: string): (text: string) => number {
  return (text) => {
    const port = Number(text);
    if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
    throw new Failure(`${option} ${text} is no port; write a number from 0 to 65535.`);
  };
}

/** Whether something listens on a port of this machine. */
export async function isPortInUse(host: string, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host: host === '0.0.0.0' || host === '::' ? 'localhost' : host, port });
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  socket.setTimeout(1000, () => resolve(false));
  const inUse = await promise;
  socket.destroy();
  return inUse;
}
