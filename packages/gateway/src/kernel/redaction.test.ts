import { describe, expect, it } from 'vitest';
import { createRedaction } from './redaction.ts';

// Its base64 and its base64url differ.
const planted = 'p/a+n t"e&d=\\s3cret~~~>>>???';

describe('a redaction', () => {
  it.each([
    ['as it is', planted],
    ['in JSON', JSON.stringify({ token: planted })],
    ['in a URL', `https://example.com/?t=${encodeURIComponent(planted)}`],
    ['in a form', new URLSearchParams({ t: planted }).toString()],
    ['in base64', Buffer.from(planted).toString('base64')],
    ['in base64 for URLs', Buffer.from(planted).toString('base64url')],
  ])('blanks a secret %s', (_, quoted) => {
    const { redact } = createRedaction([planted]);
    const text = redact(`before ${quoted} after`);
    expect(text).toMatch(/^before .*\[secret\].* after$/);
    for (const part of [planted, planted.slice(0, 8), Buffer.from(planted).toString('base64').slice(0, 12)]) {
      expect(text).not.toContain(part);
    }
  });

  it('blanks a secret that was cut off', () => {
    expect(createRedaction([planted]).redact(`failed with ${planted.slice(0, 10)}`)).toBe(
      'failed with [secret]',
    );
  });

  it('blanks the long lines of a secret with several lines', () => {
    const key = `-----BEGIN KEY-----\n${'A1b2'.repeat(10)}\n-----END KEY-----\n`;
    expect(createRedaction([key]).redact(`bad line ${'A1b2'.repeat(10)}`)).toBe('bad line [secret]');
  });

  it("doesn't blank a short value inside a word", () => {
    expect(createRedaction(['able', '']).redact('unable to')).toBe('unable to');
  });

  it('learns new values and forgets the oldest of many', () => {
    const { hide, redact } = createRedaction();
    for (let index = 100; index < 200; index += 1) hide([`value-${index}!`]);
    expect(redact('value-199! value-180!')).toBe('[secret] [secret]');
    expect(redact('value-101! is long gone')).toBe('value-101! is long gone');
  });
});
