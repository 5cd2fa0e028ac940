// Dies or stalls in the middle of a call. `wait` doesn't answer until `release` is called with the same key.
import { serveStdio, strings } from './stdio.ts';

const waiting = new Map<string, () => void>();
const readOnly = { readOnlyHint: true };

serveStdio('crashing', () => [
  {
    name: 'crash',
    description: 'Kills its own process before it answers.',
    inputSchema: strings(),
    annotations: readOnly,
    run: () => {
      process.kill(process.pid, 'SIGKILL');
      return new Promise<string>(() => {});
    },
  },
  {
    name: 'crash_writing',
    description: 'Kills its own process before it answers; counts as a write.',
    inputSchema: strings(),
    annotations: { readOnlyHint: false, destructiveHint: false },
    run: () => {
      process.kill(process.pid, 'SIGKILL');
      return new Promise<string>(() => {});
    },
  },
  {
    name: 'wait',
    description: 'Answers once it is released.',
    inputSchema: strings('key'),
    annotations: readOnly,
    run: ({ key }) => new Promise((resolve) => waiting.set(String(key), () => resolve('released'))),
  },
  {
    name: 'release',
    description: 'Releases a waiting call; says whether there was one.',
    inputSchema: strings('key'),
    annotations: readOnly,
    run: ({ key }) => {
      const resume = waiting.get(String(key));
      waiting.delete(String(key));
      resume?.();
      return resume === undefined ? 'nobody waits' : 'released';
    },
  },
  {
    name: 'whoami',
    description: 'Returns the process id.',
    inputSchema: strings(),
    annotations: readOnly,
    run: () => String(process.pid),
  },
]);
