// While the file in the argument exists, it reads everything and answers nothing, not even `initialize`. Otherwise it
// is a plain server, so that it can be locked.
//
//   node hanging.ts TRIGGER
import { existsSync } from 'node:fs';
import { serveStdio, strings } from './stdio.ts';

if (existsSync(process.argv[2] ?? '')) {
  process.stdin.resume();
  process.stdin.on('close', () => process.exit(0));
} else {
  serveStdio('hanging', () => [
    {
      name: 'greet',
      description: 'Greets.',
      inputSchema: strings(),
      annotations: { readOnlyHint: true },
      run: () => 'hello',
    },
  ]);
}
