import {
  Client,
  type JSONRPCMessage,
  ProtocolError,
  ProtocolErrorCode,
  type Transport as SdkTransport,
} from '@modelcontextprotocol/client';
import type { Log } from '../../kernel/log.ts';
import { clientInfo, isListChange, listenMessage } from '../transport/server-messages.ts';
import {
  type ServerFacts,
  type Transport,
  type TransportHooks,
  UpstreamError,
} from '../transport/transport.ts';
import { allowance, openPipe, type Pipe } from './pipe.ts';
import { type Requests, trackRequests } from './requests.ts';
import { type ProcessOptions, startProcess } from './server-process.ts';

interface StdioOptions extends ProcessOptions, TransportHooks {
  /** Seconds from the start of the process to the end of the handshake. */
  readonly timeoutSeconds: number;
  /** Aborted when the process isn't needed any longer. */
  readonly signal: AbortSignal;
  /** `auto` finds out the era; `legacy` skips that for a server that is known to be of the older era. */
  readonly mode: 'auto' | 'legacy';
  /** Most bytes in one message of the server. */
  readonly maxBytes: number;
  readonly log: Log;
  /** Fields that tell this process from others in the log. */
  readonly fields: Record<string, unknown>;
}

/**
 * Starts a server as its own process and does the handshake, in whichever era the server speaks.
 *
 * @throws Error that says why it didn't start; by then its process has ended.
 */
export async function openStdio(options: StdioOptions): Promise<Transport> {
  try {
    return await open(options);
  } catch (error) {
    // Some older servers exit at any request before `initialize`; they get a new process without the probe.
    if (!(error instanceof EndedEarly) || options.mode === 'legacy' || options.signal.aborted) throw error;
    return open({ ...options, mode: 'legacy' });
  }
}

/** The process ended before the handshake. */
class EndedEarly extends Error {}

async function open(options: StdioOptions): Promise<Transport> {
  const { mode, log, maxBytes, timeoutSeconds, signal, onListChanged, onClosed } = options;
  const server = startProcess(options);
  const fields = { ...options.fields, serverPid: server.pid };
  let requests: Requests | undefined;
  let endedBecause: string | undefined;
  let closing = false;

  const pipe = openPipe(server, {
    maxBytes,
    log,
    fields,
    onMessage: (message) => {
      if (isListChange(message.method)) onListChanged();
      if (requests?.take(message) !== true) transport.onmessage?.(message as unknown as JSONRPCMessage);
    },
    onTooLarge: (id) => {
      requests?.fail(
        id,
        new UpstreamError('too large', `its answer is over the limit of ${maxBytes} bytes`, true),
      );
    },
  });
  const transport = handshakeTransport(pipe, server.pid);
  const ended = pipe.ended.then((reason) => {
    endedBecause = reason;
    requests?.failAll(new UpstreamError('lost', `it ${reason}`, true));
    transport.onclose?.();
  });

  const stop = () => void pipe.stop();
  signal.addEventListener('abort', stop, { once: true });
  const client = handshakeClient(mode, timeoutSeconds, { log, fields });
  try {
    signal.throwIfAborted();
    await client.connect(transport, { timeout: timeoutSeconds * 1000 });
    if (endedBecause !== undefined) throw new EndedEarly(`it ${endedBecause}`);
  } catch (error) {
    const early = endedBecause;
    await pipe.stop();
    await ended;
    if (early === undefined || signal.aborted) throw error;
    throw new EndedEarly(`it ${early}`);
  } finally {
    signal.removeEventListener('abort', stop);
  }

  const facts = factsOf(client);
  requests = trackRequests(facts.era, (message) => pipe.write(message));
  if (facts.era === 'modern') pipe.write({ jsonrpc: '2.0', id: 'lockstep-changes', ...listenMessage });
  void ended.then(() => {
    if (!closing) onClosed(`it ${endedBecause}`);
  });
  const { send } = requests;
  return {
    pid: server.pid,
    facts,
    request: async (message, requestOptions) => {
      if (endedBecause !== undefined) throw new UpstreamError('unavailable', `it ${endedBecause}`);
      if (pipe.isFull()) throw new UpstreamError('busy', 'it does not read what it is sent');
      return send(message, requestOptions);
    },
    close: async () => {
      closing = true;
      await pipe.stop();
      await ended;
    },
  };
}

/** Most requests of a server per second whose refusal is logged. */
const maxRefusalsLogged = 10;

/** The fraction of the start time for the probe: servers that ignore unknown requests need the rest. */
const probeShare = 0.5;

/**
 * The SDK's client, for what differs between the eras: finding out the era, `initialize`, and answering the server's
 * requests. It declares no capability, so sampling, elicitation and roots are refused.
 */
function handshakeClient(
  mode: 'auto' | 'legacy',
  timeoutSeconds: number,
  { log, fields }: { log: Log; fields: Record<string, unknown> },
): Client {
  const client = new Client(clientInfo, {
    capabilities: {},
    versionNegotiation: { mode, probe: { timeoutMs: timeoutSeconds * 1000 * probeShare } },
  });
  const mayLog = allowance(maxRefusalsLogged);
  client.fallbackRequestHandler = async (request) => {
    const method = request.method.slice(0, 100);
    if (mayLog())
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

/** The pipe in the form that the SDK's client needs. `pid` and `stderr` tell it that this is a process, not HTTP. */
function handshakeTransport(pipe: Pipe, pid: number): SdkTransport {
  const transport: SdkTransport & { pid: number; stderr: null } = {
    pid,
    stderr: null,
    start: async () => {},
    send: async (message) => void pipe.write(message),
    close: () => pipe.stop(),
  };
  return transport;
}

/** What the server said about itself in the handshake. */
function factsOf(client: Client): ServerFacts {
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
