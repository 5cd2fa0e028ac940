// Gets secrets, returns their hashes, and quotes them when it fails.
//
//   API_TOKEN=… node secretive.ts FILE
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { serveStdio, strings } from './stdio.ts';

const token = process.env.API_TOKEN ?? '';
const file = readFileSync(process.argv[2] ?? '', 'utf8');
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

process.stderr.write(`signing in with ${token}\n`);

serveStdio('secretive', () => [
  {
    name: 'given',
    description: 'Returns the hashes of its secrets.',
    inputSchema: strings(),
    annotations: { readOnlyHint: true },
    run: () => JSON.stringify({ token: hashOf(token), file: hashOf(file) }),
  },
  {
    name: 'fail',
    description: 'Ends with an error that quotes its secrets.',
    inputSchema: strings(),
    annotations: { readOnlyHint: true },
    run: () => {
      const quoted = [token, Buffer.from(token).toString('base64'), encodeURIComponent(token), file.trim()];
      process.stderr.write(`refused: ${JSON.stringify(token)} ${quoted.join(' ')}\n`, () => process.exit(1));
      return new Promise(() => {});
    },
  },
]);
