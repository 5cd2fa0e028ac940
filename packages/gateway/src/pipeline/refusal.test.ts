import { codeIn, pageAt, rowsOf } from '@lockstep/testing/markdown';
import { expect, it } from 'vitest';
import { replyTo } from './refusal.ts';

it('answers with the codes listed in docs/gateway.md', () => {
  const rows = rowsOf(pageAt('docs/gateway.md'), 'kind');
  expect(rows).not.toEqual([]);
  for (const [kind, code] of rows) {
    const reply = replyTo({ kind: codeIn(kind)[0], sentence: '', data: {} } as never, 'prompts/get');
    expect(reply, kind).toMatchObject({ error: { code: Number(code) } });
  }
});
