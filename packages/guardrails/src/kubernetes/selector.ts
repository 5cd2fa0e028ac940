import { entriesAt, fieldAt, listAt, mayEqual, notYetKnown } from './field.ts';

/** Whether a label selector selects these labels, as far as both are known. An empty or absent one selects everything. */
export function selects(selector: unknown, labels: unknown): boolean {
  if (selector === notYetKnown || labels === notYetKnown) return true;
  return (
    hasLabels(fieldAt(selector, 'matchLabels'), labels) &&
    listAt(selector, 'matchExpressions').every((expression) => holds(expression, labels))
  );
}

/** Whether these labels include all that are wanted. */
export function hasLabels(wanted: unknown, labels: unknown): boolean {
  return entriesAt(wanted).every(([key, value]) => mayEqual(fieldAt(labels, key), value));
}

/** Whether a selector demands anything. */
export function isEmptySelector(selector: unknown): boolean {
  return (
    selector !== notYetKnown &&
    fieldAt(selector, 'matchLabels') !== notYetKnown &&
    entriesAt(selector, 'matchLabels').length === 0 &&
    fieldAt(selector, 'matchExpressions') !== notYetKnown &&
    listAt(selector, 'matchExpressions').length === 0
  );
}

function holds(expression: unknown, labels: unknown): boolean {
  const key = fieldAt(expression, 'key');
  const values = listAt(expression, 'values');
  if (typeof key !== 'string') return true;
  const value = fieldAt(labels, key);
  if (value === notYetKnown || values.includes(notYetKnown)) return true;
  const operator = fieldAt(expression, 'operator');
  if (operator === 'In') return value !== undefined && values.includes(value);
  if (operator === 'NotIn') return value === undefined || !values.includes(value);
  if (operator === 'Exists') return value !== undefined;
  if (operator === 'DoesNotExist') return value === undefined;
  return true;
}
