import { isRecord } from '@lockstep/model/internal';

/** Codes of JSON-RPC and of MCP that the gateway answers with. */
export const errorCode = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  serverError: -32603,
  headerMismatch: -32020,
  unsupportedVersion: -32022,
  /** The gateway's own, outside the ranges that JSON-RPC and MCP reserve. */
  refused: 1001,
  waiting: 1002,
  quarantined: 1003,
  unavailable: 1004,
  unknownOutcome: 1005,
  internal: 1006,
} as const;

export type RequestId = string | number;

/** One message of a client, parsed: a request when it has an id. */
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

/** What a request is answered with. */
export type Reply =
  | {
      readonly result: Readonly<Record<string, unknown>>;
      /** The result as JSON, where it is known already. */
      readonly json?: string | undefined;
    }
  | { readonly error: RpcError };

/** Writes the answer to a request; without an id, to one that couldn't be read. */
export function answerText(id: RequestId | undefined, reply: Reply): string {
  if ('json' in reply && reply.json !== undefined)
    return `{"jsonrpc":"2.0","id":${JSON.stringify(id ?? null)},"result":${reply.json}}`;
  return JSON.stringify({ jsonrpc: '2.0', id: id ?? null, ...reply });
}

/**
 * Reads one JSON-RPC message; a sentence when it is none. Arrays (batches), answers and unknown members are
 * refused: each would let a call pass that nobody looked at.
 */
export function readMessage(value: unknown): Message | string {
  if (Array.isArray(value)) return 'The body is an array; send one JSON-RPC message per request.';
  if (!isRecord(value) || value.jsonrpc !== '2.0') return 'The body is not a JSON-RPC 2.0 message.';
  if ('result' in value || 'error' in value)
    return 'The body is a JSON-RPC answer; the gateway asks clients nothing.';
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
