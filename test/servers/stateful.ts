// Keeps notes in its memory and in a file of the folder in the argument, so that a test sees whether two callers share
// either. It is made with the SDK and speaks both eras.
//
//   node stateful.ts FOLDER
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import * as z from 'zod';

const file = join(process.argv[2] ?? process.cwd(), 'notes.txt');
const notes: string[] = [];

serveStdio(() => {
  const server = new McpServer({ name: 'stateful', version: '1.0.0' });
  server.registerTool(
    'remember',
    {
      description: 'Keeps a note in memory and in a file.',
      inputSchema: z.object({ note: z.string() }),
      annotations: { readOnlyHint: false, destructiveHint: false },
    },
    ({ note }) => {
      notes.push(note);
      appendFileSync(file, `${note}\n`);
      return { content: [{ type: 'text', text: 'kept' }] };
    },
  );
  server.registerTool(
    'recall',
    {
      description: 'Returns all notes (in memory and in the file), the process and its folder.',
      inputSchema: z.object({}),
      annotations: { readOnlyHint: true },
    },
    () => {
      const written = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
      const state = { memory: notes, file: written, pid: process.pid, folder: process.cwd() };
      return { content: [{ type: 'text', text: JSON.stringify(state) }] };
    },
  );
  return server;
});
