import { stripVTControlCharacters } from 'node:util';
import pc from 'picocolors';
import { expect, test } from 'vitest';
import { printColumns } from './table.ts';

test('prints columns as wide as their cells', () => {
  expect(
    printColumns(
      ['tool', 'dev'],
      [
        ['read_file', 'allow'],
        ['x', 'deny'],
      ],
    ),
  ).toBe('tool       dev\nread_file  allow\nx          deny');
});

test('on a terminal, goes on in the next line and cuts nothing off', () => {
  const condition = 'deny when args.kind.matches("(?i)^secret-or-something-longer"), else allow';
  const text = printColumns(['tool', 'dev'], [['resources_get', condition]], 50);
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(50);
  expect(text.replaceAll(/\s/g, '')).toContain(condition.replaceAll(' ', ''));
});

test('keeps colours within their cell, and counts what is seen', () => {
  const { green } = pc.createColors(true);
  const text = printColumns(['a', 'b'], [[green('one two three four'), 'x']], 28);
  const seen = stripVTControlCharacters(text).split('\n');
  expect(seen).toEqual(['a                   b', 'one two three four  x']);
});
