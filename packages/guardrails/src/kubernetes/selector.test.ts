import { expect, it } from 'vitest';
import { notYetKnown } from './field.ts';
import { selects } from './selector.ts';

const labels = { app: 'a', tier: 'web', owner: notYetKnown };
const expression = (key: string, operator: string, ...values: unknown[]) => ({
  matchExpressions: [{ key, operator, values }],
});

it.each([
  ['nothing demanded', {}],
  ['no selector', undefined],
  ['labels', { matchLabels: { app: 'a' } }],
  ['In', expression('app', 'In', 'b', 'a')],
  ['NotIn', expression('app', 'NotIn', 'b')],
  ['NotIn without the label', expression('other', 'NotIn', 'b')],
  ['Exists', expression('tier', 'Exists')],
  ['DoesNotExist', expression('other', 'DoesNotExist')],
  ['a label that is not known yet', { matchLabels: { owner: 'platform' } }],
  ['a value that is not known yet', { matchLabels: { app: notYetKnown } }],
  ['an expression over what is not known yet', expression('app', 'In', notYetKnown)],
  ['a selector that is not known yet', notYetKnown],
])('selects by %s', (_, selector) => expect(selects(selector, labels)).toBe(true));

it.each([
  ['another value', { matchLabels: { app: 'b' } }],
  ['a label that is missing', { matchLabels: { app: 'a', other: 'x' } }],
  ['In', expression('app', 'In', 'b')],
  ['NotIn', expression('app', 'NotIn', 'a')],
  ['Exists', expression('other', 'Exists')],
  ['DoesNotExist', expression('app', 'DoesNotExist')],
])('refuses by %s', (_, selector) => expect(selects(selector, labels)).toBe(false));
