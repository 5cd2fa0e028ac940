import { UnknownValueError } from '@pulumi/policy';
import { notYetKnown } from './kubernetes/field.ts';

/**
 * A plain copy of a resource's properties, with `notYetKnown` for what a preview can't know. The SDK's own object throws
 * when such a value is read, which would end a whole guardrail where one label is unknown.
 */
export function knownValues(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const read = (key: string | number): unknown => {
    try {
      return knownValues((value as Record<string | number, unknown>)[key]);
    } catch (error) {
      if (error instanceof UnknownValueError) return notYetKnown;
      throw error;
    }
  };
  if (Array.isArray(value)) return Array.from({ length: value.length }, (_, index) => read(index));
  return Object.fromEntries(Object.keys(value).map((key) => [key, read(key)]));
}
