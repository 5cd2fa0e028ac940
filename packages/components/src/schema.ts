import { ConfigurationError } from '@lockstep/model';
import { isRecord, parseOrThrow } from '@lockstep/model/internal';
import { z } from 'zod';
import { refuse } from './errors.ts';
import { isEventual } from './inputs.ts';

// The components' arguments, as schemas. Programs run without a type check, so what the types say is checked here too. A
// leaf may be an `Output`. Everything else decides which objects there are or what they permit: it must be plain, so that
// a preview shows all of it.

/** A schema for each field of a type, so that neither can have a field that the other lacks. */
type Fields<T> = { readonly [Field in keyof Required<T>]: z.ZodType };

/**
 * Checks a component's arguments: no unknown field, no missing one, and no `Output` where a plain value is needed.
 *
 * @param who the component and its name, for errors.
 * @throws RunError for the first fault; a misspelt field comes before the one that is missing because of it.
 */
export function checkArguments(who: string, schema: z.ZodType, args: unknown): void {
  try {
    parseOrThrow(schema, args, '');
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const { findings } = error;
    const [first] = [...findings.filter(({ message }) => message.startsWith('unknown field')), ...findings];
    refuse(who, first?.path || 'args', first?.message ?? error.message);
  }
}

/** An object with these fields and no others. */
export function fields<T>(shape: Fields<T>): z.ZodType {
  return plain(z.strictObject(shape));
}

/** A value that may be known only later. */
function leaf(schema: z.ZodType): z.ZodType {
  return z.unknown().superRefine((value, context) => {
    if (isEventual(value)) return;
    for (const issue of schema.safeParse(value).error?.issues ?? []) {
      context.addIssue({ ...issue, input: value as never });
    }
  });
}

/** A value that is known when the program runs. */
export function plain(schema: z.ZodType): z.ZodType {
  return z
    .custom((value) => !isEventual(value), {
      abort: true,
      error:
        'is an Output or a promise, but it decides what is deployed, which a preview must show; give it as a plain value',
    })
    .pipe(schema);
}

/** What an `Output` becomes where a program makes it a part of a text. */
const outputAsText = 'Calling [toString] on an [Output<T>]';

/** As Kubernetes reads an amount; none is below zero here. */
const quantityPattern = /^\+?(\d+(\.\d*)?|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/;

const words = z
  .string()
  .min(1)
  .refine(
    (value) => !value.includes(outputAsText),
    'has an Output inside a text, where it has no value yet; use `interpolate` of @pulumi/pulumi',
  );

export const text = leaf(words);
/** An amount of storage, as Kubernetes writes it. */
export const quantity = leaf(
  words.refine(
    (value) => quantityPattern.test(value),
    'must be an amount as Kubernetes writes it, such as 10Gi or 500Mi',
  ),
);

/** A text that may be empty. */
export const anyText = leaf(z.string());
export const number = leaf(z.number());
export const plainText = plain(words);
export const count = plain(z.number());
export const toggle = plain(z.boolean());
export const texts = plain(z.array(text));
export const textMap = plain(z.record(z.string(), anyText));
export const listOf = (schema: z.ZodType): z.ZodType => plain(z.array(schema));
export const mapOf = (schema: z.ZodType): z.ZodType => plain(z.record(z.string(), schema));
export const oneOf = (...allowed: readonly [string, ...string[]]): z.ZodType => plain(z.enum(allowed));

/** A part of a Kubernetes object, which the cluster checks. */
export const native = plain(z.unknown());

/** A value that the model has made or will check, such as an environment or a list of egress. */
export function given(what: string): z.ZodType {
  return plain(z.custom((value) => typeof value === 'object' && value !== null, `is missing; give ${what}`));
}

/** One environment: neither its name, nor all of those that `defineEnvironments` returns. */
export const oneEnvironment: z.ZodType = plain(
  z.custom((value) => isRecord(value) && isRecord(value.servers) && isRecord(value.releases), {
    error: ({ input }) =>
      input === undefined || input === null
        ? 'is missing; give one from `defineEnvironments`'
        : "isn't an environment; give one from `defineEnvironments`, such as `environments.prod`",
  }),
);

/** One of several forms; errors are those of the form that was meant. */
export function either(...forms: readonly [z.ZodType, z.ZodType]): z.ZodType {
  return z.union(forms);
}
