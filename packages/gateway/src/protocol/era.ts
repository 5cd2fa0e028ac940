import type { IncomingHttpHeaders } from 'node:http';
import { isRecord } from '@lockstep/model/internal';
import { errorCode, type Message, type RpcError } from './json-rpc.ts';
import { decodeHeaderValue, nameField } from './mcp-headers.ts';

/** The stateless revision, in which every request carries its own envelope. */
export const modernVersion = '2026-07-28';
/** Revisions with `initialize` and sessions, newest first. */
export const legacyVersions: readonly string[] = ['2025-11-25', '2025-06-18'];

/** Keys that the protocol reserves in `params._meta`. */
export const metaKey = {
  version: 'io.modelcontextprotocol/protocolVersion',
  clientInfo: 'io.modelcontextprotocol/clientInfo',
  clientCapabilities: 'io.modelcontextprotocol/clientCapabilities',
  serverInfo: 'io.modelcontextprotocol/serverInfo',
  subscription: 'io.modelcontextprotocol/subscriptionId',
} as const;

/** The era of a message. The body decides it, and the headers must agree. */
export type Era = 'modern' | 'legacy';

/** An error with its own HTTP status. */
interface Rejection {
  readonly status: number;
  readonly error: RpcError;
}

/**
 * Finds the era of a message, or the reason why it has none.
 * Source: MCP 2026-07-28, Streamable HTTP, "Request headers" and "Backward compatibility".
 */
export function classify(message: Message, headers: IncomingHttpHeaders): Era | Rejection {
  const meta = message.params._meta;
  const claimed = isRecord(meta) ? meta[metaKey.version] : undefined;
  const header = headers['mcp-protocol-version'];
  if (claimed === undefined) {
    if (header !== modernVersion) return 'legacy';
    // Notifications have no envelope, so the header decides.
    if (message.id === undefined) return 'modern';
    return reject(
      errorCode.invalidParams,
      `\`params._meta["${metaKey.version}"]\` is missing; revision ${modernVersion} needs it on every request.`,
    );
  }
  if (claimed !== modernVersion) {
    return reject(
      errorCode.unsupportedVersion,
      `Protocol version ${JSON.stringify(claimed)} is not served; use one of ${[modernVersion, ...legacyVersions].join(', ')}.`,
      {
        supported: [modernVersion, ...legacyVersions],
        requested: claimed,
      },
    );
  }
  if (message.id !== undefined && isRecord(meta) && !isRecord(meta[metaKey.clientCapabilities])) {
    return reject(
      errorCode.invalidParams,
      `\`params._meta["${metaKey.clientCapabilities}"]\` is missing; send an object.`,
    );
  }
  return checkHeaders(message, headers) ?? 'modern';
}

/** Checks the standard headers of a modern request against its body. */
function checkHeaders(message: Message, headers: IncomingHttpHeaders): Rejection | undefined {
  const version = headers['mcp-protocol-version'];
  const method = headers['mcp-method'];
  if (message.id === undefined && version === undefined && method === undefined) return undefined;
  if (version !== modernVersion) return mismatch('MCP-Protocol-Version', version, modernVersion);
  if (method !== message.method) return mismatch('Mcp-Method', method, message.method);
  const field = Object.hasOwn(nameField, message.method) ? nameField[message.method] : undefined;
  const expected = field === undefined ? undefined : message.params[field];
  if (typeof expected !== 'string') return undefined;
  const name = headers['mcp-name'];
  const decoded = typeof name === 'string' ? decodeHeaderValue(name) : undefined;
  return decoded === expected ? undefined : mismatch('Mcp-Name', name, expected);
}

function mismatch(header: string, found: string | string[] | undefined, expected: string): Rejection {
  return reject(
    errorCode.headerMismatch,
    `The header ${header} is ${found === undefined ? 'missing' : JSON.stringify(found)}, but the body says ${JSON.stringify(expected)}; send the same in both.`,
  );
}

function reject(code: number, message: string, data?: unknown): Rejection {
  return { status: 400, error: { code, message, ...(data !== undefined && { data }) } };
}

export function isRejection(value: Era | Rejection): value is Rejection {
  return typeof value === 'object';
}
