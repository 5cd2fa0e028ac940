import { Client, ProtocolError, ProtocolErrorCode, type Transport } from '@modelcontextprotocol/client';
import { clientInfo } from '../client-info.ts';
import type { ServerFacts } from '../connection.ts';
import type { Log } from '../log.ts';
import type { Pipe } from './pipe.ts';

/** How much of the time to start a probe may take: servers that ignore what they don't know must be left some. */
const probeShare = 0.5;

/**
 * The SDK's client for what both eras do differently: finding out the era, `initialize`, and answering what a server
 * asks. It declares no capability, so sampling, elicitation and roots are refused.
 */
export function handshakeClient(
  mode: 'auto' | 'legacy',
  timeout: number,
  { log, fields }: { log: Log; fields: Record<string, unknown> },
): Client {
  const client = new Client(clientInfo, {
    capabilities: {},
    versionNegotiation: { mode, probe: { timeoutMs: timeout * 1000 * probeShare } },
  });
  client.fallbackRequestHandler = async ({ method }) => {
    log.info(
      { ...fields, method },
      'a request of the server was refused: servers may ask the gateway nothing',
    );
    throw new ProtocolError(
      ProtocolErrorCode.MethodNotFound,
      `${method} is refused: servers may ask nothing here.`,
    );
  };
  return client;
}

/** The pipe as the SDK's client sees it. `pid` and `stderr` tell it that this is a process, not HTTP. */
export function handshakeTransport(pipe: Pipe, pid: number): Transport {
  const transport: Transport & { pid: number; stderr: null } = {
    pid,
    stderr: null,
    start: async () => {},
    send: async (message) => void pipe.write(message),
    close: () => pipe.stop(),
  };
  return transport;
}

/** What the server said of itself in the handshake. */
export function factsOf(client: Client): ServerFacts {
  return {
    era: client.getProtocolEra() ?? 'legacy',
    protocolVersion: client.getNegotiatedProtocolVersion() ?? 'unknown',
    serverInfo: {
      name: client.getServerVersion()?.name ?? 'unknown',
      version: client.getServerVersion()?.version ?? 'unknown',
    },
    capabilities: { ...client.getServerCapabilities() },
    instructions: client.getInstructions() ?? null,
  };
}
