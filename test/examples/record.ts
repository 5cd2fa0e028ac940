import { output, runtime, type Unwrap } from '@pulumi/pulumi';

/** One registration by an example's program. */
export interface Made {
  readonly type: string;
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: objects of many kinds
  readonly inputs: any;
}

/**
 * Runs a program in this process, as a preview without an engine does.
 *
 * @param program imports the program. It runs once per process, so each program needs its own test file.
 * @param outputs the exports of other stacks; `unknown` for a preview in which no resource exists yet.
 */
export async function run<T>(
  project: string,
  program: () => Promise<T>,
  outputs: Record<string, unknown> | 'unknown' = {},
): Promise<{ exports: Unwrap<T>; made: Made[] }> {
  const made: Made[] = [];
  await runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        if (type === 'pulumi:pulumi:StackReference' && outputs !== 'unknown')
          return { id: name, state: { ...inputs, outputs } };
        made.push({ type, name, inputs });
        return outputs === 'unknown' ? { id: undefined, state: {} } : { id: name, state: inputs };
      },
      call: ({ inputs }) => inputs,
    },
    project,
    'dev',
    true,
  );
  const exports: Partial<Unwrap<T>> = {};
  output(await program()).apply((known) => Object.assign(exports, known));
  await runtime.disconnect();
  return { exports: exports as Unwrap<T>, made };
}

/** The inputs of all objects of a kind, by the object's name. */
export function named(made: readonly Made[], kind: string): Record<string, Made['inputs']> {
  const found = made.filter(({ type }) => type.endsWith(`:${kind}`));
  return Object.fromEntries(found.map(({ inputs }) => [inputs.metadata.name, inputs]));
}
