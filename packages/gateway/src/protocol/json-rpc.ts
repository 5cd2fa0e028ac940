import { isRecord } from '@lockstep/model/internal';

/** The error codes of JSON-RPC and MCP that the gateway uses. */
export const errorCode = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  serverError: -32603,
  headerMismatch: -32020,
  unsupportedVersion: -32022,
  /** The gateway's own code, outside the ranges that JSON-RPC and MCP reserve. */
  refused: 1001,
  waiting: 1002,
  quarantined: 1003,
  unavailable: 1004,
  unknownOutcome: 1005,
  internal: 1006,
} as const;

export type RequestId = string | number;

/** One parsed message of a client; a message with an id is a request. */
export interface Message {
  readonly id: RequestId | undefined;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** The answer to a request. */
export type Reply =
  | {
      readonly result: Readonly<Record<string, unknown>>;
      /** The result as JSON, if it is already known. */
      readonly json?: string | undefined;
    }
  | { readonly error: RpcError };

/** Writes the answer to a request; without an id, to a message that couldn't be read. */
export function answerText(id: RequestId | undefined, reply: Reply): string {
  if ('json' in reply && reply.json !== undefined)
    return `{"jsonrpc":"2.0","id":${JSON.stringify(id ?? null)},"result":${reply.json}}`;
  return JSON.stringify({ jsonrpc: '2.0', id: id ?? null, ...reply });
}

/**
 * Reads one JSON-RPC message, or returns a sentence that says what is wrong. Arrays (batches), answers and unknown
 * members are refused: in each of them a call could pass unchecked.
 */
export function readMessage(value: unknown): Message | string {
  if (Array.isArray(value)) return 'The body is an array; send one JSON-RPC message per request.';
  if (!isRecord(value) || value.jsonrpc !== '2.0') return 'The body is not a JSON-RPC 2.0 message.';
  if ('result' in value || 'error' in value)
    return 'The body is a JSON-RPC answer, but the gateway asks clients nothing; send a request.';
  const unknown = Object.keys(value).find((key) => !['jsonrpc', 'id', 'method', 'params'].includes(key));
  if (unknown !== undefined)
    return `The message has an unknown member ${JSON.stringify(unknown)}; remove it.`;
  const { id, method, params = {} } = value;
  if (typeof method !== 'string' || method === '') return 'The message has no `method`.';
  if (!isRecord(params)) return '`params` is not an object.';
  if (id !== undefined && typeof id !== 'string' && !Number.isSafeInteger(id)) {
    return '`id` is neither a string nor an integer.';
  }
  return { id: id as RequestId | undefined, method, params };
}
