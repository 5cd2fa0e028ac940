import { PassThrough, Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { noLog } from '../../testing/upstream/stage.ts';
import { openPipe } from './pipe.ts';

it("keeps no more for a server that doesn't read than it may leave unread", () => {
  const input = new Writable({ write: () => {} });
  const server = {
    pid: 0,
    input,
    output: new PassThrough(),
    errors: new PassThrough(),
    exited: new Promise<string>(() => {}),
    stop: async () => {},
  };
  const pipe = openPipe(server, {
    ...{ maxBytes: 1000, log: noLog, fields: {} },
    onMessage: () => {},
    onTooLarge: () => {},
  });
  const message = { id: 'x'.repeat(1024 * 1024) };
  for (let count = 0; count < 100; count++) pipe.write(message);
  expect(pipe.isFull()).toBe(true);
  expect(input.writableLength).toBeLessThan(20 * 1024 * 1024);
});
