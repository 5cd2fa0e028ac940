import { connect } from 'node:net';
import { Failure } from '../failure.ts';

/** Finds out early, before anything is installed or started. @throws Failure when something listens there. */
export async function refusePortInUse(host: string, port: number, option = '--port'): Promise<void> {
  if (port === 0) return;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host: host === '0.0.0.0' || host === '::' ? 'localhost' : host, port });
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  socket.setTimeout(1000, () => resolve(false));
  const isInUse = await promise;
  socket.destroy();
  if (isInUse)
    throw new Failure(`port ${port} is in use; stop what listens there, or choose another with ${option}.`);
}
