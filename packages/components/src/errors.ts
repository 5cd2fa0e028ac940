import { RunError } from '@pulumi/pulumi';

/**
 * Ends the program with one sentence and without a stack trace.
 *
 * @param who the component and its name, as in `McpServer files`.
 * @param field the argument, as a person writes it: `image`, `egress[0].host`.
 * @param message what was found and what to do.
 * @throws RunError always.
 */
export function refuse(who: string, field: string, message: string): never {
  throw at(`${who}: ${field}`, message);
}

/** Does the same for errors of the model: reports its findings under the component's name. */
export function explain<T>(who: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw at(who, (error as Error).message);
  }
}

/** Where the fault of an error is, for {@link withoutValue}. */
const places = new WeakMap<object, string>();

function at(place: string, message: string): RunError {
  const error = new RunError(`${place}: ${message}`);
  places.set(error, place);
  return error;
}

/** The error without what was found: messages are printed and kept in logs, but secrets mustn't be. */
export function withoutValue(error: unknown): RunError {
  const place = (typeof error === 'object' && error !== null && places.get(error)) || 'args';
  return new RunError(`${place}: is wrong, and isn't shown because a part of it is a secret; correct it.`);
}
