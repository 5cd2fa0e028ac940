import { canonicalJson } from '@lockstep/model/internal';
import {
  type Json,
  type NewRecord,
  parseHead,
  parsePlace,
  printHead,
  printPlace,
  recordKinds,
} from '@lockstep/model/record';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callRecord } from '../testing/store.ts';
import { columnValues, eventText, placeEvent } from './event.ts';
import { toEvent } from './ledger.ts';

const writer = '0b7c1c4e-3f0e-4c55-9a40-7d1a2d1d2f11';
const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }));
const json = fc.jsonValue({ stringUnit: 'binary' }) as fc.Arbitrary<Json>;
const place = fc.record({
  writer: fc.constant(writer),
  epoch: fc.integer({ min: 1 }),
  seq: fc.integer({ min: 1 }),
});

const record: fc.Arbitrary<NewRecord> = fc.record(
  {
    kind: fc.constantFrom(...recordKinds),
    time: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    environment: text,
    bundle: text,
    principal: fc.record({ issuer: text, subject: text, owner: text, roles: fc.array(text) }),
    credential: text,
    client: fc.record({ version: text, name: text }),
    era: text,
    method: text,
    server: text,
    source: text,
    target: text,
    toolDigest: text,
    decision: fc.constantFrom('allow', 'approve', 'deny'),
    because: text,
    clause: text,
    approval: text,
    arguments: json,
    commitment: text,
    salt: text,
    reason: text,
    durationMs: fc.double({ noNaN: true, noDefaultInfinity: true }),
    outcome: fc.constantFrom('ok', 'unknown'),
    error: text,
    intent: place,
    resultBytes: fc.nat(),
    resultHash: text,
    traceId: text,
    detail: json,
  },
  { requiredKeys: ['kind', 'time', 'environment'] },
);

describe("a record's text", () => {
  it('is canonical JSON, whichever fields the record has', () => {
    fc.assert(
      fc.property(record, (given) => {
        expect(eventText(given)).toBe(canonicalJson({ ...given, v: 1 }));
      }),
    );
  });

  it('stays canonical with its place in the chain', () => {
    fc.assert(
      fc.property(record, place, fc.option(fc.constant(`sha256:${'a'.repeat(64)}`)), (given, at, prev) => {
        const stored = placeEvent(eventText(given), at, prev);
        expect(stored).toBe(
          canonicalJson({ ...given, v: 1, writer: { id: at.writer, epoch: at.epoch, seq: at.seq, prev } }),
        );
      }),
    );
  });

  it("has U+FFFD where a text isn't well-formed, and keeps backslashes", () => {
    const given = callRecord({
      error: 'a\ud800b \\ud800 \\\udfff\ud800\ud801',
      arguments: { 'k\udc00': ['x\ud83d', 'C:\\udisk', '😀'] },
    });
    expect(JSON.parse(eventText(given))).toMatchObject({
      error: 'a\ufffdb \\ud800 \\\ufffd\ufffd\ufffd',
      arguments: { 'k\ufffd': ['x\ufffd', 'C:\\udisk', '😀'] },
    });
  });

  it('has no secret that others wrote into a reason, an error or details', () => {
    const given = callRecord({
      reason: 'log in with password: hunter2',
      error: 'cannot reach postgres://app:hunter2@db/shop',
      detail: { token: 'tok_public', why: ['DB_PASSWORD=hunter2 is wrong', 1, null] },
    });
    expect(JSON.parse(eventText(given))).toMatchObject({
      reason: 'log in with password: [redacted]',
      error: 'cannot reach postgres://app:[redacted]@db/shop',
      detail: { token: 'tok_public', why: ['DB_PASSWORD=[redacted] is wrong', 1, null] },
    });
  });

  it("has only a record's fields", () => {
    expect(eventText({ ...callRecord(), stray: 'secret' } as NewRecord)).not.toContain('stray');
  });

  it('has no secret in the target or in the name of the client', () => {
    const { text, columns } = toEvent({
      ...callRecord(),
      target: 'docs/resource:postgres://app:hunter2@db/x',
      method: 'x?password=hunter2',
      client: { name: 'password=hunter2', version: 'token: hunter2' },
    });
    expect(text).not.toContain('hunter2');
    expect(columns).toEqual(columnValues(JSON.parse(text) as NewRecord));
    expect(JSON.stringify(columns)).not.toContain('hunter2');
  });

  it('agrees with the columns, for older records too', () => {
    const target = 'docs/resource:postgres://app:hunter2@db/x';
    expect(columnValues({ ...callRecord(), target })).toContain(target);
  });

  it("keeps a token's public name, which is no secret", () => {
    const error = 'The token tok_R4nd0mId12ab was revoked; ask for another.';
    const record: NewRecord = {
      kind: 'signin.refused',
      time: '2026-01-01T00:00:00.000Z',
      environment: 'dev',
      error,
    };
    expect(JSON.parse(eventText(record))).toMatchObject({ error });
  });
});

describe('places and heads', () => {
  it('are read back as they were printed', () => {
    fc.assert(
      fc.property(place, (at) => {
        expect(parsePlace(printPlace(at))).toEqual(at);
        const head = { ...at, hash: `sha256:${'0'.repeat(64)}` };
        expect(parseHead(printHead(head))).toEqual(head);
      }),
      { numRuns: 50 },
    );
  });

  it.each(['', 'x:1:1', `${writer}:1`, `${writer}:1:1:md5:00`, `${writer}:1:-1`])(
    '%j is neither',
    (given) => {
      expect(parsePlace(given)).toBeUndefined();
      expect(parseHead(given)).toBeUndefined();
    },
  );
});
