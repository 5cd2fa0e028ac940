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
  /** Aborted when it isn't wanted any longer. */
  readonly signal: AbortSignal;
  /** `auto` finds out the era; `legacy` saves that for a server that is known to be of the older one. */
  readonly mode: 'auto' | 'legacy';
  /** Bytes of one message of the server. */
  readonly maxBytes: number;
  readonly log: Log;
  /** What tells this process from others in the log. */
  readonly fields: Record<string, unknown>;
}

/**
 * Starts a server as a process of its own and shakes hands with it, in whichever era it speaks.
 *
 * @throws Error saying why it didn't come up; by then its process is gone.
 */
export async function openStdio(options: StdioOptions): Promise<Transport> {
  try {
    return await open(options);
  } catch (error) {
    // Some servers of the older era exit at any request before `initialize`; they get a process without the probe.
    if (!(error instanceof EndedEarly) || options.mode === 'legacy' || options.signal.aborted) throw error;
    return open({ ...options, mode: 'legacy' });
  }
}

/** The process ended before the handshake did. */
class EndedEarly extends Error {}

async function open(options: StdioOptions): Promise<Transport> {
  const { mode, log, maxBytes, timeoutSeconds, signal, onListChanged, onClosed } = options;
  const server = startProcess(options);
  const fields = { ...options.fields, pid: server.pid };
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
      if (pipe.isFull()) throw new UpstreamError('busy', 'it does not take what it was sent');
      return send(message, requestOptions);
    },
    close: async () => {
      closing = true;
      await pipe.stop();
      await ended;
    },
  };
}

/** Requests of a server whose refusal is logged, per second. */
const maxRefusalsLogged = 10;

/** How much of the time to start a probe may take: servers that ignore what they don't know must be left some. */
const probeShare = 0.5;

/**
 * The SDK's client for what both eras do differently: finding out the era, `initialize`, and answering what a server
 * asks. It declares no capability, so sampling, elicitation and roots are refused.
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

/** The pipe as the SDK's client sees it. `pid` and `stderr` tell it that this is a process, not HTTP. */
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

/** What the server said of itself in the handshake. */
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
