import { expect, test } from 'vitest';
import { diffObjects } from './object-diff.ts';

const map = (name: string, data: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'mcp' },
  data,
});

test('names what was added, removed and changed, and in what changed the keys', () => {
  const before = [map('a', { 'x.y': 'one\n', same: '1' }), map('gone', {})];
  const after = [map('new', {}), map('a', { 'x.y': 'two\n', same: '1', more: 'z' })];
  expect(diffObjects(before, after)).toEqual([
    {
      object: 'ConfigMap mcp/a',
      kind: 'changed',
      fields: [
        { field: 'data.more', after: ['"z"'] },
        { field: 'data["x.y"]', before: ['"one\\n"'], after: ['"two\\n"'] },
      ],
    },
    { object: 'ConfigMap mcp/gone', kind: 'removed', fields: [] },
    { object: 'ConfigMap mcp/new', kind: 'added', fields: [] },
  ]);
});

test('another version of the same API is the same object', () => {
  const of = (apiVersion: string) => [
    { apiVersion, kind: 'HorizontalPodAutoscaler', metadata: { name: 'h' } },
  ];
  expect(diffObjects(of('autoscaling/v1'), of('autoscaling/v2'))).toMatchObject([
    { kind: 'changed', fields: [{ field: 'apiVersion' }] },
  ]);
});

test('of long values, shows where they begin to differ', () => {
  const [change] = diffObjects(
    [map('a', { k: `${'x'.repeat(300)}one${'y'.repeat(300)}` })],
    [map('a', { k: `${'x'.repeat(300)}two${'y'.repeat(300)}` })],
  );
  expect(change?.fields[0]?.before?.[0]).toMatch(/^…x{20}one.*…$/);
  expect(change?.fields[0]?.after?.[0]).toMatch(/^…x{20}two.*…$/);
});

test('of texts of several lines, shows the lines that differ', () => {
  const [change] = diffObjects(
    [map('a', { k: 'one\ntwo\nthree\n' })],
    [map('a', { k: 'one\nTWO\nthree\n' })],
  );
  expect(change?.fields).toEqual([{ field: 'data.k', before: ['two'], after: ['TWO'] }]);
});

test('of long lines of such a text, shows where they begin to differ', () => {
  const rules = (digest: string) => `rules:\n  expr: ${'x'.repeat(300)}${digest}${'y'.repeat(300)}\n`;
  const [change] = diffObjects([map('a', { k: rules('one') })], [map('a', { k: rules('two') })]);
  expect(change?.fields[0]?.before).toEqual([expect.stringMatching(/^…x{20}one.*…$/)]);
  expect(change?.fields[0]?.after).toEqual([expect.stringMatching(/^…x{20}two.*…$/)]);
});

test('of lines that changed places, shows the move, also where another line was added', () => {
  const fieldsOf = (before: string, after: string) =>
    diffObjects([map('a', { k: before })], [map('a', { k: after })])[0]?.fields;
  expect(fieldsOf('deny # a\nallow # b\n', 'allow # b\ndeny # a\nallow # c\n')).toEqual([
    { field: 'data.k', before: ['deny # a'], after: ['deny # a', 'allow # c'] },
  ]);
  expect(fieldsOf('deny # a\nallow # b\n', 'allow # b\ndeny # a\n')).toEqual([
    { field: 'data.k', before: ['deny # a'], after: ['deny # a'] },
  ]);
});

test('of texts with nothing in common, shows where they begin to differ, and soon', () => {
  const text = (word: string) => Array.from({ length: 20_000 }, (_, line) => `${word} ${line}`).join('\n');
  const [change] = diffObjects([map('a', { k: text('one') })], [map('a', { k: text('two') })]);
  expect(change?.fields[0]?.before?.[0]).toMatch(/^"one 0\\none 1/);
  expect(change?.fields[0]?.after?.[0]).toMatch(/^"two 0\\ntwo 1/);
});
