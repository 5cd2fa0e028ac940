import { Agent, request } from 'undici';

/** An answer as it arrived. */
export interface RawAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests read any part of it
  readonly body: any;
}

const agent = new Agent({ keepAliveTimeout: 100 });

/** Calls a tool in the modern era with arguments as text that no client would write. */
export function callWithText(
  endpoint: string,
  tool: string,
  argumentsText: string,
  token?: string,
): Promise<RawAnswer> {
  const meta =
    '{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}';
  const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":${JSON.stringify(tool)},"arguments":${argumentsText},"_meta":${meta}}}`;
  return post(endpoint, body, { 'mcp-method': 'tools/call', 'mcp-name': tool }, token);
}

/** Posts a body unchanged. */
export async function post(
  endpoint: string,
  body: string,
  headers: Record<string, string> = {},
  token?: string,
): Promise<RawAnswer> {
  const answer = await request(endpoint, {
    dispatcher: agent,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body,
  });
  const text = await answer.body.text();
  return { status: answer.statusCode, body: text.startsWith('{') ? JSON.parse(text) : text };
}
