import { createInterface } from 'node:readline';

/** A tool of a hand-written test server. What `run` returns becomes the text of its result. */
export interface TestTool {
  name: string;
  description: string;
  inputSchema: Record<string, unknown>;
  annotations?: Record<string, boolean>;
  run(args: Record<string, unknown>): string | Promise<string>;
}

interface Message {
  id?: number | string;
  method?: string;
  params?: { name?: string; arguments?: Record<string, unknown>; protocolVersion?: string };
}

/** A tool result with one text, in MCP's form. */
export function textResult(text: string, isError = false): Record<string, unknown> {
  return { content: [{ type: 'text', text }], ...(isError ? { isError } : {}) };
}

/** The input schema of a tool whose arguments are all strings and all required. */
export function strings(...names: string[]): Record<string, unknown> {
  return {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
    required: names,
    additionalProperties: false,
  };
}

/**
 * Serves tools over standard input and output in the 2025 era. It is written by hand, so that a test can misbehave in
 * ways that no SDK allows. It calls `tools` again for each list.
 *
 * @returns a function that sends a notification to the client.
 */
export function serveStdio(name: string, tools: () => TestTool[]): (method: string) => void {
  const send = (message: object): void => {
    process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  };

  const answer = async ({ method, params }: Message): Promise<Record<string, unknown> | undefined> => {
    if (method === 'initialize') {
      return {
        protocolVersion: params?.protocolVersion,
        capabilities: { tools: { listChanged: true } },
        serverInfo: { name, version: '1.0.0' },
      };
    }
    if (method === 'ping') return {};
    if (method === 'tools/list') return { tools: tools().map(({ run: _run, ...definition }) => definition) };
    if (method !== 'tools/call') return undefined;
    const tool = tools().find((candidate) => candidate.name === params?.name);
    if (tool === undefined) return textResult(`no tool ${String(params?.name)}`, true);
    return textResult(await tool.run(params?.arguments ?? {}));
  };

  createInterface({ input: process.stdin }).on('line', async (line) => {
    const message = JSON.parse(line) as Message;
    if (message.id === undefined) return;
    const result = await answer(message);
    if (result !== undefined) send({ id: message.id, result });
    else send({ id: message.id, error: { code: -32601, message: `no method ${message.method}` } });
  });
  process.stdin.on('close', () => process.exit(0));

  return (method) => send({ method });
}
