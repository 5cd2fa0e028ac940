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
  throw new RunError(`${who}: ${field}: ${message}`);
}

/** Does the same for errors of the model: reports its findings under the component's name. */
export function explain<T>(who: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new RunError(`${who}: ${(error as Error).message}`);
  }
}
