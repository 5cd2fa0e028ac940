import { connect } from 'node:net';
import { codeOf, Failure } from '../failure.ts';

/** Finds out early, before anything is installed or started. @throws Failure when something listens there. */
export async function refusePortInUse(host: string, port: number): Promise<void> {
  if (port === 0) return;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host: host === '0.0.0.0' || host === '::' ? 'localhost' : host, port });
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  socket.setTimeout(1000, () => resolve(false));
  const isInUse = await promise;
  socket.destroy();
  if (isInUse) throw portInUse(port);
}

function portInUse(port: number): Failure {
  return new Failure(`port ${port} is in use; stop what listens there, or choose another with --port.`);
}

/** Says in one sentence why an address can't be listened on; anything else stays as it is. */
export function explainListening(error: unknown, host: string, port: number): unknown {
  const code = codeOf(error);
  if (code === 'EADDRINUSE') return portInUse(port);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new Failure(`--host ${host} is no address of this machine; use 127.0.0.1.`, { cause: error });
  }
  if (code === 'EACCES' && port > 0 && port < 1024) {
    return new Failure(`port ${port} is for the system; choose one above 1023 with --port.`, {
      cause: error,
    });
  }
  return error;
}
