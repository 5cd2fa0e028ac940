import { type Input, isSecret, type Output, Output as Outputs, output, type Unwrap } from '@pulumi/pulumi';
import { withoutValue } from './errors.ts';

/**
 * Computes something from a value whose leaves may be `Input`s: at once if all of them are known, so that a wrong value
 * is refused before anything is registered; else as an `Output`.
 *
 * @param value plain data with `Output`s or promises anywhere in it.
 * @example
 * const url = whenKnown(namespace, (known) => `http://gateway.${known}.svc`);
 */
export function whenKnown<T, Result>(
  value: T,
  compute: (known: Unwrap<T>) => Result,
): Result | Output<Result> {
  if (!isLater(value)) return compute(value as Unwrap<T>);
  return onceKnown(value, compute);
}

/** Computes something from a value that may be known only later; the parts of a plain value may still be. */
export function mapped<T, Result>(value: Input<T>, compute: (known: T) => Result): Result | Output<Result> {
  if (!isEventual(value)) return compute(value as T);
  return onceKnown(value, (known) => compute(known as T));
}

/** Computes something from a value once all of it is known. An error about a secret doesn't quote it. */
export function onceKnown<T, Result>(value: T, compute: (known: Unwrap<T>) => Result): Output<Result> {
  const later = output(value);
  return later.apply(async (known) => {
    try {
      return compute(known as Unwrap<T>);
    } catch (error) {
      throw (await isSecret(later)) ? withoutValue(error) : error;
    }
  }) as Output<Result>;
}

/** The value itself, once a check has passed. Use the result instead of the value, so that nothing skips the check. */
export function checked<T extends string>(value: Input<T>, check: (known: T) => void): Input<T> {
  return mapped(value, (known) => {
    check(known);
    return known;
  });
}

/** Whether any part of a value is known only later. */
export function isLater(value: unknown): boolean {
  if (isEventual(value)) return true;
  if (Array.isArray(value)) return value.some(isLater);
  return typeof value === 'object' && value !== null && Object.values(value).some(isLater);
}

/** Whether a value is itself an `Output` or a promise. */
export function isEventual(value: unknown): boolean {
  return Outputs.isInstance(value) || value instanceof Promise;
}
