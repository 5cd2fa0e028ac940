import { PassThrough, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import { noLog } from '../../testing/upstream/stage.ts';
import { logErrors, openPipe } from './pipe.ts';

it("keeps only so much for a server that doesn't read", () => {
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

async function logged(...chunks: string[]) {
  const lines: unknown[] = [];
  const stream = new PassThrough();
  const log = { ...noLog, info: (fields: Record<string, unknown>) => lines.push(fields.stderr) };
  const last = logErrors(stream, log, { server: 'files' });
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  await finished(stream);
  return { lines, last: last() };
}

describe("a server's stderr", () => {
  it('goes to the log line by line', async () => {
    const { lines, last } = await logged('first\nsec', 'ond\n\nno end');
    expect(lines).toEqual(['first', 'second', 'no end']);
    expect(last).toBe('no end');
  });

  it('can neither hide text nor forge lines', async () => {
    const { lines } = await logged('a\u001b[2Kb\u202ec\r\n');
    expect(lines).toEqual(['a\\u001b[2Kb\\u202ec']);
  });

  it('is bounded in length and rate', async () => {
    const { lines } = await logged(`${'x'.repeat(100_000)}\n`, 'again\n'.repeat(10_000));
    expect(lines[0]).toHaveLength(2000);
    // Two seconds' worth, in case the clock's second ends just now.
    expect(lines.length).toBeLessThanOrEqual(100);
  });
});

it('warns once that a server prints something other than messages to its standard output', async () => {
  const output = new PassThrough();
  const said: unknown[] = [];
  const server = {
    ...{ pid: 0, output, input: new PassThrough(), errors: new PassThrough() },
    exited: new Promise<string>(() => {}),
    stop: async () => {},
  };
  openPipe(server, {
    ...{ maxBytes: 1000, fields: { server: 'files' } },
    log: { ...noLog, warn: (fields: Record<string, unknown>) => said.push(fields) },
    onMessage: () => {},
    onTooLarge: () => {},
  });
  output.end('Listening on stdio\nand again\n');
  await finished(output);
  expect(said).toEqual([{ server: 'files', line: 'Listening on stdio' }]);
});

it('gives up a server that prints nothing but lines that are not messages', async () => {
  const output = new PassThrough();
  const server = {
    ...{ pid: 0, input: new PassThrough(), output, errors: new PassThrough() },
    exited: new Promise<string>(() => {}),
    stop: async () => {},
  };
  const pipe = openPipe(server, {
    ...{ maxBytes: 1000, log: noLog, fields: {} },
    onMessage: () => {},
    onTooLarge: () => {},
  });
  // Two seconds' worth, in case the clock's second ends just now.
  for (const line of ['x\n', '{\n']) output.write(line.repeat(10_000));
  await expect(pipe.ended).resolves.toBe('wrote over 5000 lines in a second that are not messages');
});
