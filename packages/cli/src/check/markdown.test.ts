import { expect, test } from 'vitest';
import { type Change, printMarkdown } from './markdown.ts';
import type { CheckResult } from './run-checks.ts';

const hostile = [
  '```',
  '~~~ @everyone',
  '</details><script>alert(1)</script>',
  '@octocat see https://evil.example #1',
  'a\u202eb\u200bc\nd',
  '[click](https://evil.example) ![x](https://evil.example/x.png)',
  `${'x'.repeat(500)} hidden far to the right`,
];

function resultWith(texts: readonly string[]): CheckResult {
  const findings = texts.map((message) => ({ path: message, message }));
  return { checks: [{ name: 'classes', summary: 'all', findings }], advice: findings, egress: texts };
}

function changeWith(texts: readonly string[]): Change {
  const state = (summary: string) => ({ class: 'read', clauses: [], summary }) as const;
  return {
    environments: [
      {
        environment: 'prod',
        permissions: texts.map((text) => ({ target: text, before: state(text), after: state('allow') })),
        releases: texts.map((text) => ({
          server: 'files',
          from: text,
          to: '2',
          diff: {
            step: 'patch',
            changes: [{ item: text, kind: 'description', step: 'patch', text, before: text, after: text }],
          },
        })),
      },
    ],
    objects: [
      {
        environment: 'prod',
        changes: texts.map((text) => ({
          object: text,
          kind: 'changed',
          fields: [{ field: text, before: [text], after: [text] }],
        })),
      },
    ],
  };
}

/** The lines that GitHub reads as Markdown. */
function outsideCode(text: string): string[] {
  let inside = false;
  return text.split('\n').filter((line) => {
    const isFence = /^ {0,3}```/.test(line);
    if (isFence) inside = !inside;
    return !isFence && !inside;
  });
}

test('whatever others wrote stands in code, can be seen, and is within sight', () => {
  const text = printMarkdown(resultWith(hostile), changeWith(hostile));
  for (const line of outsideCode(text)) {
    expect(line).toMatch(
      /^(<!-- lockstep check -->|<\/details>|(<details><summary>)?[#*A-Za-z0-9:,. ]*(<\/summary>)?)$/,
    );
  }
  expect(text).not.toMatch(/[\u202e\u200b]/);
  expect(text).toContain('\\u202e');
  for (const line of text.split('\n')) expect(line.length).toBeLessThan(160);
  expect(text).toContain('hidden far to the right');
});

test('has the permissions first, then the releases, then the objects', () => {
  const text = printMarkdown(resultWith([]), changeWith(['x']));
  expect(text.match(/^#+ .*$/gm)).toEqual([
    '## Lockstep',
    '### Permissions',
    '#### prod',
    '### Releases',
    '### Objects',
  ]);
  expect(text).toContain('Everything that was checked holds.');
});

test('stays under what GitHub takes, and says how much it leaves out', () => {
  const many = Array.from({ length: 5000 }, (_, index) => `tool-${index} ${'ü'.repeat(40)}`);
  const text = printMarkdown(resultWith(many), changeWith(many));
  expect(Buffer.byteLength(text)).toBeLessThan(65_536);
  expect(text.match(/^… \d+ more$/gm)?.length).toBeGreaterThanOrEqual(4);
  expect((text.match(/^```/gm)?.length ?? 1) % 2).toBe(0);
});
