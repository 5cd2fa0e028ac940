import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quote, visible } from './visible.ts';

test.each([
  ['right-to-left override', 'a\u202eb', 'a\\u202eb'],
  ['escape sequence', '\u001b[31m', '\\u001b[31m'],
  ['zero-width space', 'rm\u200b', 'rm\\u200b'],
  ['line break', 'a\nb', 'a\\u000ab'],
  ['tag characters', 'a\u{e0041}', 'a\\udb40\\udc41'],
  ['no-break space', 'a\u00a0b', 'a\\u00a0b'],
  ['lone surrogate', '\ud800', '\\ud800'],
])('%s is written out', (_, text, shown) => {
  expect(visible(text)).toBe(shown);
});

test('plain words of any language stay as they are', () => {
  for (const text of ['naïve café', 'данные', '文件', 'ملف', '🙂 ok', 'a "b" \\ c'])
    expect(visible(text)).toBe(text);
});

test('a quoted text is one line, has nothing invisible, and parses back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const shown = quote(text);
      expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      expect(JSON.parse(shown)).toBe(text);
    }),
  );
});
