import { PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLines } from './lines.ts';

interface Read {
  lines: string[];
  skipped: unknown[];
  endless: boolean;
}

/** What is read if the bytes come in pieces of that size. */
async function read(text: string, limit: number, pieces: number): Promise<Read> {
  const stream = new PassThrough();
  const result: Read = { lines: [], skipped: [], endless: false };
  readLines(stream, limit, {
    onLine: (line) => result.lines.push(line),
    onSkipped: (id) => result.skipped.push(id),
    onEndless: () => {
      result.endless = true;
    },
  });
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieces) stream.write(bytes.subarray(at, at + pieces));
  stream.end();
  await finished(stream);
  return result;
}

describe('reading lines', () => {
  it('yields whole lines, however they are cut', async () => {
    const line = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\n') && text !== '');
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.integer({ min: 1, max: 20 }), async (lines, pieces) => {
        const text = lines.map((each) => `${each}\n`).join('');
        expect((await read(text, 10_000, pieces)).lines).toEqual(lines);
      }),
    );
  });

  it('skips a line that is too long, and finds the request that it answers', async () => {
    const long = JSON.stringify({ result: { id: 1, text: 'x"\\'.repeat(100), list: [{ id: 2 }] }, id: 7 });
    const found = await read(`{"a":1}\n${long}\n{"b":2}\n`, 100, 13);
    expect(found).toEqual({ lines: ['{"a":1}', '{"b":2}'], skipped: [7], endless: false });
  });

  it('finds the id of any JSON object, wherever it is', async () => {
    const id = fc.oneof(fc.integer(), fc.string({ maxLength: 20 }));
    const rest = fc.dictionary(
      fc.string().filter((key) => key !== 'id' && key !== '__proto__'),
      fc.jsonValue(),
      { minKeys: 1 },
    );
    const pieces = fc.integer({ min: 1, max: 64 });
    await fc.assert(
      fc.asyncProperty(id, rest, fc.boolean(), pieces, async (id, rest, last, size) => {
        const long = { ...rest, pad: 'x'.repeat(1000) };
        const message = last ? { ...long, id } : { id, ...long };
        expect((await read(`${JSON.stringify(message)}\n`, 1000, size)).skipped).toEqual([id]);
      }),
    );
  });

  it('gives up on a line without an end', async () => {
    const found = await read('x'.repeat(2000), 100, 50);
    expect(found).toEqual({ lines: [], skipped: [], endless: true });
  });
});
