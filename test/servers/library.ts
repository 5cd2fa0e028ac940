// Offers one of everything that isn't a tool: a prompt with an argument that is completed, a resource, a resource
// template. It is made with the SDK and speaks both eras.
import { completable, McpServer, ResourceTemplate } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import * as z from 'zod';

const books: Record<string, string> = { ulysses: 'Stately, plump Buck Mulligan', emma: 'Emma Woodhouse' };

serveStdio(() => {
  const server = new McpServer({ name: 'library', version: '1.0.0' }, { instructions: 'Ask for a book.' });
  server.registerPrompt(
    'summarise',
    {
      description: 'Asks for a summary of a book.',
      argsSchema: z.object({
        book: completable(z.string(), (typed) => Object.keys(books).filter((name) => name.startsWith(typed))),
      }),
    },
    ({ book }) => ({
      messages: [{ role: 'user', content: { type: 'text', text: `Summarise ${book}.` } }],
    }),
  );
  server.registerResource(
    'catalogue',
    'book://catalogue',
    { description: 'All books.', mimeType: 'text/plain' },
    (uri) => ({ contents: [{ uri: uri.href, text: Object.keys(books).join('\n') }] }),
  );
  server.registerResource(
    'book',
    new ResourceTemplate('book://shelf/{name}', { list: undefined }),
    { description: 'One book.', mimeType: 'text/plain' },
    (uri, { name }) => ({ contents: [{ uri: uri.href, text: books[String(name)] ?? 'no such book' }] }),
  );
  server.registerTool(
    'find',
    {
      description: 'Finds a book.',
      inputSchema: z.object({ name: z.string() }),
      annotations: { readOnlyHint: true },
    },
    ({ name }) => ({ content: [{ type: 'text', text: books[name] ?? 'no such book' }] }),
  );
  return server;
});
