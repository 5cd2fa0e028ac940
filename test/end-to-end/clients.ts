import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernTransport,
} from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

/** The protocol's eras; each has its official client. */
export const eras = ['modern', 'legacy'] as const;
export type Era = (typeof eras)[number];

/** The parts of a tool's result that tests look at. */
export interface ToolResult {
  readonly text: string;
  readonly isError: boolean;
  /** The gateway's decision, in the form for programs. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read any part of it
  readonly decision: any;
}

/** An unmodified official client of either era. */
export interface TestClient {
  readonly client: Pick<
    ModernClient,
    'listPrompts' | 'getPrompt' | 'listResources' | 'listResourceTemplates' | 'readResource' | 'complete'
  >;
  call(name: string, args?: Record<string, unknown>): Promise<ToolResult>;
  tools(): Promise<{ name: string; description?: string | undefined }[]>;
  close(): Promise<void>;
}

const info = { name: 'end-to-end', version: '1.0.0' };

/**
 * Connects to an endpoint of the gateway: `http://127.0.0.1:7411/mcp`.
 *
 * @param onTools is called with the names of the tools whenever the gateway says that they changed.
 */
export async function connect(
  era: Era,
  endpoint: string,
  token?: string,
  onTools?: (names: string[]) => void,
): Promise<TestClient> {
  const onChanged = (_error: Error | null, tools: { name: string }[] | null): void =>
    onTools?.((tools ?? []).map(({ name }) => name));
  const options = onTools === undefined ? {} : { listChanged: { tools: { onChanged } } };
  const url = new URL(endpoint);
  const requestInit = token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } };
  if (era === 'modern') {
    const client = new ModernClient(info, { ...options, versionNegotiation: { mode: 'auto' } });
    await client.connect(new ModernTransport(url, { requestInit }));
    return wrap(client);
  }
  const client = new LegacyClient(info, options);
  // The v1 transport's types don't know exactOptionalPropertyTypes.
  await client.connect(new LegacyTransport(url, { requestInit }) as never);
  return wrap(client as unknown as ModernClient);
}

function wrap(client: ModernClient): TestClient {
  return {
    client,
    async call(name, args = {}) {
      const result = await client.callTool({ name, arguments: args });
      const content = result.content as { type: string; text?: string }[];
      return {
        text: content.map(({ text }) => text ?? '').join('\n'),
        isError: result.isError === true,
        decision: result._meta?.['lockstep/decision'],
      };
    },
    tools: async () => (await client.listTools()).tools,
    close: () => client.close(),
  };
}
