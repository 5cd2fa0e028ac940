import pc from 'picocolors';
import { expect, test } from 'vitest';
import { type FoundRecord, printRecords } from './records.ts';

const plain = { paint: pc.createColors(false), columns: undefined };

const record = (seq: number, more: Partial<FoundRecord['record']>): FoundRecord => ({
  place: `00000000-0000-4000-8000-0000cafecafe:1:${seq}`,
  record: { kind: 'call', time: '2026-01-02T03:04:05.678Z', target: 'files/peek', ...more },
});

test('a long sentence makes no other line longer, and no line ends in spaces', () => {
  const error = `files/peek is refused by rules.none: ${'nobody may look here, '.repeat(20)}ever`;
  const text = printRecords(
    [record(3, { outcome: 'refused', decision: 'deny', error }), record(2, { outcome: 'ok' }), record(1, {})],
    plain as never,
  );
  const lines = text.split('\n');
  expect(lines[0]).toMatch(/^time +what +who +target +decision +record +outcome$/);
  expect(lines[1]).toContain(error);
  expect(lines[2]).toMatch(/ …cafecafe:1:2 {2}ok$/);
  expect(lines[3]).toMatch(/ …cafecafe:1:1$/);
  expect(lines.filter((line) => / $/.test(line))).toEqual([]);
});

test('a call has its method, and a verdict says what it was', () => {
  const text = printRecords(
    [
      record(2, { kind: 'approval.verdict', detail: { verdict: 'deny', note: 'not today' } }),
      record(1, { method: 'tools/call', decision: 'allow', outcome: 'ok' }),
    ],
    plain as never,
  );
  expect(text).toMatch(/approval\.verdict +files\/peek +deny /);
  expect(text).toMatch(/call tools\/call +files\/peek +allow /);
});
