import { PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import { noLog } from '../../testing/upstream/stage.ts';
import { logErrors } from './stderr.ts';

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
    // Two seconds at most, should the clock's second end just now.
    expect(lines.length).toBeLessThanOrEqual(100);
  });
});
