import { expect, test } from 'vitest';
import { type EgressInput, parseEgress } from './egress.ts';
import { defineServers, type ServerInput } from './server.ts';
import { findingsOf } from './world.fixture.ts';

const withEgress = (egress: unknown) => ({ a: { run: { npm: 'x' }, egress } as ServerInput });

test('a host name stands for its HTTPS port', () => {
  const egress = ['api.example.com', { cidr: '10.0.0.0/8' }, { service: 'db', port: 5432 }];
  const read = defineServers(withEgress(egress));
  expect(read.a?.egress).toEqual([
    { host: 'api.example.com', port: 443, unenforced: false },
    { cidr: '10.0.0.0/8' },
    { service: 'db', port: 5432 },
  ]);
  expect(defineServers(read)).toEqual(read);
});

test.each([['https://api.example.com'], ['API.example.com'], ['*'], ['localhost'], [{ cidr: '10.0.0.0' }]])(
  "%j isn't a destination",
  (one) => {
    expect(findingsOf(() => defineServers(withEgress([one])))).toHaveLength(1);
  },
);

test.each(['10.0.0.0', '10.0.0.0/33', 'fd00::/129', 'everywhere'])(
  "%s isn't a range of addresses",
  (cidr) => {
    expect(findingsOf(() => defineServers(withEgress([{ cidr }])))).toEqual([
      'servers.a.egress[0].cidr: must be a range of addresses, as in `10.20.0.0/16` or `fd00:1::/64`.',
    ]);
  },
);

test('the same forms are accepted outside of a definition', () => {
  expect(parseEgress(['api.example.com'])).toEqual([
    { host: 'api.example.com', port: 443, unenforced: false },
  ]);
  expect(findingsOf(() => parseEgress(['*'] as EgressInput[]))).toEqual([
    expect.stringMatching(/^egress\[0\]: must be a host name/),
  ]);
});
