import { type Era, legacyVersion, modernVersion, toolDefinitions } from './protocol.ts';

/** The kinds of calls: one that only reads, one that changes something, one that is refused, and a list. */
export const kinds = ['read', 'write', 'refusal', 'list'] as const;
export type Kind = (typeof kinds)[number];

/** One call, with a check that says what is wrong with its answer, if anything is. */
export interface Call {
  readonly headers: Record<string, string>;
  readonly body: string;
  misfit(answer: Answer): string | undefined;
}

interface Answer {
  readonly id?: unknown;
  readonly error?: unknown;
  readonly result?: {
    isError?: boolean;
    content?: { text?: string }[];
    tools?: { name: string }[];
    _meta?: Record<string, unknown>;
  };
}

const common = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

/** A request of either era with the headers that it needs; `session` is a legacy client's. */
export function request(
  era: Era,
  id: number,
  method: string,
  params: Record<string, unknown>,
  session?: string,
): { headers: Record<string, string>; body: string } {
  if (era === 'legacy') {
    const headers: Record<string, string> = { ...common };
    if (session !== undefined) {
      headers['mcp-session-id'] = session;
      headers['mcp-protocol-version'] = legacyVersion;
    }
    return { headers, body: JSON.stringify({ jsonrpc: '2.0', id, method, params }) };
  }
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': modernVersion,
    'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1.0.0' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const headers: Record<string, string> = {
    ...common,
    'mcp-protocol-version': modernVersion,
    'mcp-method': method,
    ...(typeof params.name === 'string' ? { 'mcp-name': params.name } : {}),
  };
  return { headers, body: JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta } }) };
}

/** Call number `id` of a kind. Each differs from the others, so that no answer fits another call. */
export function callOf(kind: Kind, era: Era, id: number, session: string | undefined): Call {
  const { method, params, misfit } = parts(kind, id);
  return {
    ...request(era, id, method, params, session),
    misfit(answer) {
      if (answer.id !== id) return `the answer of ${id} has the id ${String(answer.id)}`;
      if (answer.result === undefined) return `no result: ${JSON.stringify(answer.error)}`;
      return misfit(answer.result);
    },
  };
}

interface Parts {
  method: string;
  params: Record<string, unknown>;
  misfit(result: NonNullable<Answer['result']>): string | undefined;
}

function parts(kind: Kind, id: number): Parts {
  if (kind === 'list') {
    return {
      method: 'tools/list',
      params: {},
      misfit: ({ tools }) => {
        const names = new Set(tools?.map(({ name }) => name));
        const missing = toolDefinitions.filter(({ name }) => name !== 'drop' && !names.has(name));
        return missing.length === 0 ? undefined : `${missing.length} tools missing from the list`;
      },
    };
  }
  const [name, args, expected] = {
    read: ['echo', { text: `text of ${id}` }, `text of ${id}`] as const,
    write: ['put', { key: `key of ${id}`, value: 'a value' }, `kept key of ${id}`] as const,
    refusal: ['drop', { key: `key of ${id}` }, undefined] as const,
  }[kind];
  return {
    method: 'tools/call',
    params: { name, arguments: args },
    misfit: ({ isError, content }) => {
      const text = content?.[0]?.text;
      if (kind === 'refusal') return isError === true ? undefined : `not refused: ${text}`;
      return isError !== true && text === expected ? undefined : `expected "${expected}", got "${text}"`;
    },
  };
}
