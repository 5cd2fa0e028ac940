import type { Log } from '../../kernel/log.ts';
import { blanked } from '../../kernel/redaction.ts';
import { parseExact } from '../../protocol/exact-json.ts';
import type { Connector, Transport, UpstreamAnswer } from './transport.ts';

type Redact = (text: string) => string;

/**
 * Wraps a connector so that the server's own words contain no secrets: its errors, which are recorded, logged and
 * shown, and the reason why it ended. Results are passed on unchanged.
 */
export function redacted(connector: Connector, redact: Redact): Connector {
  return {
    ...connector,
    connect: async (request) => {
      const onClosed = (reason: string) => request.hooks.onClosed(redact(reason));
      const hooks = { ...request.hooks, onClosed };
      try {
        return redactedTransport(await connector.connect({ ...request, hooks }), redact);
      } catch (error) {
        throw redactedError(error, redact);
      }
    },
  };
}

function redactedTransport(transport: Transport, redact: Redact): Transport {
  return {
    ...transport,
    request: async (message, options) => {
      try {
        const answer = await transport.request(message, options);
        return 'error' in answer ? redactedAnswer(answer, redact) : answer;
      } catch (error) {
        throw redactedError(error, redact);
      }
    },
  };
}

function redactedAnswer(
  { error }: Extract<UpstreamAnswer, { error: unknown }>,
  redact: Redact,
): UpstreamAnswer {
  const data = error.data === undefined ? {} : { data: redactedData(error.data, redact) };
  return { error: { ...error, message: redact(error.message), ...data } };
}

/** What a server adds to an error; often that is the request that it got. */
function redactedData(data: unknown, redact: Redact): unknown {
  // As one text, since a server may add very many texts.
  const text = JSON.stringify(data);
  const clean = redact(text);
  if (clean === text) return data;
  try {
    return parseExact(clean);
  } catch {
    return blanked;
  }
}

/** Changes the error in place, since others look at its class. */
function redactedError(error: unknown, redact: Redact): unknown {
  if (error instanceof Error) error.message = redact(error.message);
  return error;
}

/** Wraps a log so that its texts contain no secrets. */
export function redactedLog(log: Log, redact: Redact): Log {
  const fields = (given: Record<string, unknown>) =>
    Object.fromEntries(
      Object.entries(given).map(([key, value]) => [key, typeof value === 'string' ? redact(value) : value]),
    );
  return {
    debug: (given, message) => log.debug(fields(given), message),
    info: (given, message) => log.info(fields(given), message),
    warn: (given, message) => log.warn(fields(given), message),
  };
}
