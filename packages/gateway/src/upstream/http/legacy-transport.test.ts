import { describe, expect, it } from 'vitest';
import type { Endpoint, EndpointRequest } from './endpoint.ts';
import { newSession, refuseRequest } from './legacy-transport.ts';

describe('requests of a server to the gateway', () => {
  it('are refused, but no faster than the server reads the refusals', () => {
    const sent: EndpointRequest[] = [];
    const endpoint: Endpoint = {
      bridged: false,
      maxBytes: 1,
      nextId: () => 1,
      send: (request) => {
        sent.push(request);
        return new Promise(() => {});
      },
      close: async () => {},
    };
    const session = newSession(endpoint, '2025-11-25', undefined);
    const nested = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`);
    for (const id of [nested, {}, null, 'x'.repeat(1000)])
      refuseRequest(session, { id, method: 'roots/list' });
    expect(sent).toEqual([]);
    for (let id = 0; id < 1000; id++) refuseRequest(session, { id, method: 'roots/list' });
    expect(sent.length).toBeLessThan(20);
    expect(JSON.parse(sent[0]?.body ?? '')).toMatchObject({ id: 0, error: { code: -32601 } });
  });
});
