import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  readClaim,
  signatureWindow,
  signedContent,
  signIsolation,
  verifyIsolation,
} from './bridge-contract.ts';

const secret = fc.uint8Array({ minLength: 32, maxLength: 32 });
const key = fc.string({ unit: 'grapheme' });
const body = fc.string({ unit: 'grapheme' });
/** Whole seconds, since a signature has no fractions. */
const seconds = fc.nat({ max: 4_000_000_000 }).map((number) => number + signatureWindow);

describe('the signature of an isolation key', () => {
  it('is read back as that key, within the window', () => {
    const drift = fc.integer({ min: -signatureWindow, max: signatureWindow });
    fc.assert(
      fc.property(secret, key, body, seconds, drift, (shared, whose, content, at, late) => {
        const header = signIsolation(shared, whose, content, at);
        expect(verifyIsolation(shared, header, content, at + late)).toMatchObject({ key: whose });
        expect(verifyIsolation(shared, header, Buffer.from(content), at + late)).toMatchObject({
          key: whose,
        });
      }),
    );
  });

  it('fits into a header, whatever the key', () => {
    fc.assert(
      fc.property(secret, key, seconds, (shared, whose, at) => {
        expect(signIsolation(shared, whose, '', at)).toMatch(/^v1\.[\w-]*\.\d+\.[0-9a-f]{64}$/);
      }),
    );
  });

  it('is valid for nothing else: another secret, key, body or time', () => {
    fc.assert(
      fc.property(
        secret,
        secret,
        key,
        key,
        body,
        body,
        seconds,
        (one, other, mine, yours, said, meant, at) => {
          const header = signIsolation(one, mine, said, at);
          const [version, encoded, , mac] = header.split('.');
          const forged = [version, Buffer.from(yours).toString('base64url'), at, mac].join('.');
          const later = [version, encoded, at + 1, mac].join('.');
          if (!Buffer.from(one).equals(Buffer.from(other))) {
            expect(verifyIsolation(other, header, said, at)).toHaveProperty('refused');
          }
          if (mine !== yours) expect(verifyIsolation(one, forged, said, at)).toHaveProperty('refused');
          if (said !== meant) expect(verifyIsolation(one, header, meant, at)).toHaveProperty('refused');
          expect(verifyIsolation(one, later, said, at)).toHaveProperty('refused');
        },
      ),
    );
  });

  it('is valid within the window only, and the refusal mentions the clocks', () => {
    const shared = new Uint8Array(32);
    const header = signIsolation(shared, 'alice', '', 1000);
    expect(verifyIsolation(shared, header, '', 1000 + signatureWindow + 1)).toEqual({
      refused: 'its signature is 61 s old; the clocks of gateway and bridge may differ by 60 s',
    });
    expect(verifyIsolation(shared, header, '', 1000 - signatureWindow - 1)).toEqual({
      refused: 'its signature is 61 s ahead; the clocks of gateway and bridge may differ by 60 s',
    });
  });

  it.each([
    ['none', undefined, 'it has no signature'],
    ['two', ['a', 'b'], 'its signature is malformed'],
    ['an empty one', '', 'its signature is malformed'],
    ['another version', `v2.YQ.1000.${'0'.repeat(64)}`, 'its signature is malformed'],
    ['capital letters', `v1.YQ.1000.${'A'.repeat(64)}`, 'its signature is malformed'],
    ['padding', `v1.YQ==.1000.${'0'.repeat(64)}`, 'its signature is malformed'],
    [
      'a wrong hash',
      `v1.YQ.1000.${'0'.repeat(64)}`,
      'its signature does not match this key and this request',
    ],
  ])('is refused: %s', (_, header, refused) => {
    expect(verifyIsolation(new Uint8Array(32), header, '', 1000)).toEqual({ refused });
  });

  it('is refused before the body arrives if its form or time is wrong', () => {
    expect(readClaim('v1', 1000)).toHaveProperty('refused');
    expect(readClaim(signIsolation(new Uint8Array(32), 'a', 'any', 1), 1000)).toHaveProperty('refused');
    expect(readClaim(signIsolation(new Uint8Array(32), 'a', 'any', 1000), 1000)).toMatchObject({ key: 'a' });
  });

  it("isn't made for half a surrogate pair, which would be written like another key", () => {
    expect(() => signIsolation(new Uint8Array(32), 'a\ud800', '', 1000)).toThrow(/half a surrogate pair/);
  });

  it('of a request without a body is valid for no other request', () => {
    const contents = [
      signedContent('GET', 'a', ''),
      signedContent('DELETE', 'a', ''),
      signedContent('GET', 'b', ''),
      signedContent('DELETE', undefined, ''),
    ];
    expect(new Set(contents).size).toBe(contents.length);
  });
});
