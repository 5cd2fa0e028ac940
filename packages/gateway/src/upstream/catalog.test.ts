import { describe, expect, it } from 'vitest';
import { noSignal } from '../testing/upstream/stage.ts';
import { readCatalog } from './catalog.ts';
import type { Transport, UpstreamAnswer, UpstreamRequest } from './transport/transport.ts';

const options = { signal: noSignal, timeoutSeconds: 1 };

/** A server that answers lists as scripted. */
function server(
  answer: (message: UpstreamRequest) => UpstreamAnswer,
  capabilities: object = { tools: {} },
): Transport {
  return {
    facts: {
      era: 'legacy',
      protocolVersion: '2025-11-25',
      serverInfo: { name: 'test', version: '1' },
      capabilities: { ...capabilities },
      instructions: null,
    },
    request: async (message) => answer(message),
    close: async () => {},
  };
}

const pages = (count: number, perPage: number) =>
  server(({ params }) => {
    const page = Number(params.cursor ?? 0);
    const tools = Array.from({ length: perPage }, (_, index) => ({ name: `t${page}-${index}` }));
    return { result: { tools, ...(page + 1 < count && { nextCursor: String(page + 1) }) } };
  });

describe('asking a server what it offers', () => {
  it('reads every page', async () => {
    expect((await readCatalog(pages(100, 3), options)).tools.size).toBe(300);
  });

  it.each([
    ['too many pages', pages(101, 1), 'its tools/list does not end within 100 pages'],
    ['too many entries', pages(50, 101), 'its tools/list has more than 5000 entries'],
    [
      'pages in a circle',
      server(() => ({ result: { tools: [], nextCursor: 'again' } })),
      'its tools/list does not end within 100 pages',
    ],
    ['no list', server(() => ({ result: { tools: 'none' } })), 'its tools/list is not a list of objects'],
    [
      'a tool without a name',
      server(() => ({ result: { tools: [{}] } })),
      'its tools/list has an entry without `name`',
    ],
    [
      'an error',
      server(() => ({ error: { code: -32603, message: 'later' } })),
      'its tools/list was refused by the server: later',
    ],
  ])('refuses %s', async (_what, connection, message) => {
    await expect(readCatalog(connection, options)).rejects.toMatchObject({ code: 'invalid', message });
  });

  it('asks only for what the server says it has, and treats an unknown list as empty', async () => {
    const asked: string[] = [];
    const connection = server(
      ({ method }) => {
        asked.push(method);
        return { error: { code: -32601, message: 'Method not found' } };
      },
      { resources: {}, completions: {} },
    );
    expect(await readCatalog(connection, options)).toMatchObject({ resources: true, completions: true });
    expect(asked).toEqual(['resources/templates/list']);
  });

  it('notes a name that stands for two definitions', async () => {
    const tools = [{ name: 'a' }, { name: 'a', title: 'A' }, { name: 'b' }, { name: 'b' }];
    const { ambiguous } = await readCatalog(
      server(() => ({ result: { tools } })),
      options,
    );
    expect([...ambiguous]).toEqual(['tools/a']);
  });

  it('accepts any name, even `__proto__`', async () => {
    const tools = JSON.parse('[{"name":"__proto__"}]');
    const catalog = await readCatalog(
      server(() => ({ result: { tools } })),
      options,
    );
    expect([...catalog.tools.keys()]).toEqual(['__proto__']);
  });
});
