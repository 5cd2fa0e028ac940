#!/usr/bin/env node
// A team's own MCP server: who is on call. It keeps the rota in its own working folder.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';

const file = 'rota.json';
const week = z.string().describe('An ISO week: 2027-W05.');

function readRota(): Record<string, string> {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

const say = (text: string) => ({ content: [{ type: 'text' as const, text }] });

serveStdio(() => {
  const server = new McpServer({ name: 'rota', version: '1.0.0' });
  server.registerTool(
    'who_is_on_call',
    {
      description: 'Tells who is on call in a week.',
      inputSchema: z.object({ week }),
      annotations: { readOnlyHint: true },
    },
    ({ week }) => say(readRota()[week] ?? 'Nobody.'),
  );
  server.registerTool(
    'put_on_call',
    {
      description: 'Puts somebody on call for a week, instead of whoever was.',
      inputSchema: z.object({ week, person: z.string().min(1) }),
      annotations: { destructiveHint: false },
    },
    ({ week, person }) => {
      writeFileSync(file, JSON.stringify({ ...readRota(), [week]: person }));
      return say(`${person} is on call in the week of ${week}.`);
    },
  );
  return server;
});
