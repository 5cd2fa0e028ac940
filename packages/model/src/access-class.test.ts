import { expect, test } from 'vitest';
import { effectiveClass, proposeClass } from './access-class.ts';

test.each([
  [{ annotations: { readOnlyHint: true } }, 'read', 'annotations'],
  [{ annotations: { readOnlyHint: true, destructiveHint: true } }, 'read', 'annotations'],
  [{ annotations: { readOnlyHint: false, destructiveHint: false } }, 'write', 'annotations'],
  [{ annotations: { destructiveHint: true } }, 'destructive', 'annotations'],
  [{ annotations: { readOnlyHint: 'true', destructiveHint: 0 } }, 'destructive', 'default'],
  [{ annotations: null }, 'destructive', 'default'],
  [{}, 'destructive', 'default'],
])('%j is proposed as %s', (definition, accessClass, classFrom) => {
  expect(proposeClass(definition)).toEqual({ class: accessClass, classFrom });
});

test('a class counts once a person has confirmed it', () => {
  expect(effectiveClass({ class: 'read', reviewed: true })).toBe('read');
  expect(effectiveClass({ class: 'read', reviewed: false })).toBe('destructive');
});
