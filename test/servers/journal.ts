// Appends lines to a journal and syncs it before it answers, so that a test can count what was really done, whatever
// happened to the gateway meanwhile.
//
//   node journal.ts FILE
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { serveStdio, strings } from './stdio.ts';

const file = process.argv[2];
if (file === undefined) throw new Error('journal.ts needs the file to write to');

function append(path: string, entry: unknown): string {
  const journal = openSync(path, 'a');
  writeSync(journal, `${entry}\n`);
  fsyncSync(journal);
  closeSync(journal);
  return 'written';
}

serveStdio('journal', () => [
  {
    name: 'write_line',
    description: 'Appends a line to the journal.',
    inputSchema: strings('line'),
    annotations: { readOnlyHint: false, destructiveHint: false },
    run: ({ line }) => append(file, line),
  },
  {
    name: 'write_number',
    description: 'Appends a number to the journal.',
    inputSchema: { type: 'object', properties: { number: { type: 'number' } }, required: ['number'] },
    annotations: { readOnlyHint: false, destructiveHint: false },
    run: ({ number }) => append(file, number),
  },
  {
    name: 'read_lines',
    description: 'Returns every line of the journal.',
    inputSchema: strings(),
    annotations: { readOnlyHint: true },
    run: () => (existsSync(file) ? readFileSync(file, 'utf8') : ''),
  },
  {
    name: 'erase',
    description: 'Erases the journal.',
    inputSchema: strings(),
    annotations: { readOnlyHint: false, destructiveHint: true },
    run: () => {
      closeSync(openSync(file, 'w'));
      return 'erased';
    },
  },
]);
