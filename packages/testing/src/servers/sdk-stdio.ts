/** The SDK's own server over stdio: `modern` is 2.x with both eras, and `legacy` is 1.x. */
import { McpServer as LegacyServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';

const info = { name: 'sdk', version: '1.0.0' };
const instructions = 'Add small numbers only.';

if (process.argv[2] === 'modern') {
  serveStdio(() => {
    const server = new McpServer(info, { instructions });
    const tool = server.registerTool(
      'add',
      { description: 'Adds.', inputSchema: z.object({ a: z.number(), b: z.number() }) },
      ({ a, b }) => ({ content: [{ type: 'text', text: String(a + b) }] }),
    );
    server.registerTool('change', { description: 'Changes.', inputSchema: z.object({}) }, () => {
      tool.update({ description: 'Subtracts.' });
      return { content: [] };
    });
    return server;
  });
} else {
  const server = new LegacyServer(info, { instructions });
  const tool = server.registerTool(
    'add',
    { description: 'Adds.', inputSchema: { a: z.number(), b: z.number() } },
    ({ a, b }) => ({ content: [{ type: 'text', text: String(a + b) }] }),
  );
  server.registerTool('change', { description: 'Changes.', inputSchema: {} }, () => {
    tool.update({ description: 'Subtracts.' });
    return { content: [] };
  });
  await server.connect(new StdioServerTransport());
}
