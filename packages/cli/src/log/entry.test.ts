import pc from 'picocolors';
import { expect, test } from 'vitest';
import { isAtLeast, parseEntry, printEntry } from './entry.ts';

const paint = pc.createColors(false);
const line = (fields: object) =>
  JSON.stringify({ level: 'warn', time: '2026-01-02T03:04:05.678Z', pid: 1, name: 'lockstep', ...fields });
const printed = (fields: object) => {
  const entry = parseEntry(line(fields));
  return entry === undefined ? undefined : printEntry(entry, paint);
};

test('says when, how grave, about what, and why', () => {
  expect(
    printed({ server: 'kube', reason: 'it ended with exit code 1', key: 'shared', msg: "didn't come up" }),
  ).toMatch(/^2026-01-0\d \d\d:\d\d:\d\d {2}warn {3}kube {2}didn't come up: it ended with exit code 1$/);
  expect(printed({ bundle: 'sha256:1', msg: 'in force' })).toMatch(/ {2}warn {3}in force bundle=sha256:1$/);
});

test('shows what a server wrote line by line, and nothing of it is taken for more than text', () => {
  expect(printed({ server: 'a', stderr: 'one\n\u001b[2Jtwo\n', msg: 'wrote' })?.split('\n').slice(1)).toEqual(
    ['    | one', '    | \\u001b[2Jtwo'],
  );
});

test('takes no other line for an entry', () => {
  for (const other of ['', 'Segmentation fault', '[]', '{}', line({ level: 'loud' }), line({ time: 'now' })])
    expect(parseEntry(other)).toBeUndefined();
});

test('knows what is graver', () => {
  const entry = parseEntry(line({ msg: 'x' }));
  expect(
    entry && (['debug', 'info', 'warn', 'error'] as const).map((level) => isAtLeast(entry, level)),
  ).toEqual([...[true, true, true, false]]);
});
