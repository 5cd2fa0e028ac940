import { expect, it } from 'vitest';
import { createRedaction } from '../../kernel/redaction.ts';
import type { RpcError } from '../../protocol/json-rpc.ts';
import { noSignal, patient } from '../../testing/upstream/stage.ts';
import { redacted } from './redacted.ts';
import type { Connector } from './transport.ts';

const { redact } = createRedaction(['s3cret"token', '12345678']);

/** The error that a caller sees when a server fails with `error`. */
async function errorOf(error: RpcError): Promise<unknown> {
  const facts = {
    era: 'legacy',
    capabilities: {},
    serverInfo: { name: 'x', version: '1' },
    instructions: null,
  };
  const connector = {
    connect: async () => ({ facts, request: async () => ({ error }), close: async () => {} }),
  } as unknown as Connector;
  const hooks = { onListChanged: () => {}, onClosed: () => {} };
  const connection = await redacted(connector, redact).connect({
    ...{ key: 'alice', watch: false, signal: noSignal, hooks },
  });
  return connection.request({ method: 'tools/call', params: {} }, patient);
}

it.each([
  ['words', 'no s3cret"token', 'no [secret]'],
  [
    'a request',
    { headers: [{ authorization: 'Bearer s3cret"token' }] },
    { headers: [{ authorization: 'Bearer [secret]' }] },
  ],
  ['a number', { pin: 12345678 }, '[secret]'],
  ['nothing secret', { why: 1 }, { why: 1 }],
])('what a server adds to an error contains no secrets: %s', async (_, data, shown) => {
  expect(await errorOf({ code: -32000, message: 'bad s3cret"token', data })).toEqual({
    error: { code: -32000, message: 'bad [secret]', data: shown },
  });
});

it('an error without data stays without data', async () => {
  expect(await errorOf({ code: -32000, message: 'no' })).toEqual({ error: { code: -32000, message: 'no' } });
});
