import { canonicalJson, isRecord, type Target } from '@lockstep/model/internal';
import { Ajv, type ErrorObject, type FuncKeywordDefinition, type Options, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { RE2JS } from 're2js';
import { messageOf } from '../kernel/errors.ts';

/** Says in one sentence what is wrong with arguments; undefined if they fit. */
export type ArgumentCheck = (args: Readonly<Record<string, unknown>>) => string | undefined;

/**
 * Compiles the check of a locked definition's arguments. A schema that can't be checked in bounded time and without
 * fetching anything (it has a remote `$ref`, or a pattern with look-around) refuses every call and says so.
 */
export function compileArguments(
  target: Target,
  definition: Readonly<Record<string, unknown>>,
): ArgumentCheck {
  if (target.kind === 'tool') return compileSchema(definition.inputSchema);
  if (target.kind === 'prompt') return compilePrompt(definition.arguments);
  return () => undefined;
}

function compileSchema(schema: unknown): ArgumentCheck {
  let validate: ValidateFunction;
  try {
    validate = ajvFor(schema).compile(schema as object);
  } catch (error) {
    const why = messageOf(error);
    return () =>
      `its locked input schema can't be checked (${why}); ask its owner for a schema that can be checked.`;
  }
  return (args) => (validate(args) ? undefined : `${describe(validate.errors ?? [])}.`);
}

function compilePrompt(declared: unknown): ArgumentCheck {
  const list = Array.isArray(declared) ? declared.filter(isRecord) : [];
  const names = new Set(list.map((argument) => argument.name));
  const required = list
    .filter((argument) => argument.required === true)
    .map((argument) => String(argument.name));
  return (args) => {
    const missing = required.find((name) => !Object.hasOwn(args, name));
    if (missing !== undefined) return `the argument \`${missing}\` is missing.`;
    const unknown = Object.keys(args).find((name) => !names.has(name));
    if (unknown !== undefined) return `the argument \`${unknown}\` is unknown.`;
    const wrong = Object.keys(args).find((name) => typeof args[name] !== 'string');
    return wrong === undefined ? undefined : `the argument \`${wrong}\` is not a string.`;
  };
}

const options: Options = {
  strict: false,
  // Formats are annotations in 2020-12, and validators hang on their regular expressions.
  validateFormats: false,
  allErrors: false,
  addUsedSchema: false,
  code: { regExp: Object.assign(linearRegExp, { code: 'new RegExp' }) },
};

/** Servers' patterns run on RE2's engine in linear time. Ajv tells patterns apart by their text. */
function linearRegExp(pattern: string): { test(text: string): boolean; toString(): string } {
  const compiled = RE2JS.compile(pattern);
  return { test: (text) => compiled.matcher(text).find(), toString: () => pattern };
}

/** A new instance for each schema: two servers may use the same `$id` for different schemas. */
function ajvFor(schema: unknown): Ajv {
  const dialect = isRecord(schema) && typeof schema.$schema === 'string' ? schema.$schema : '';
  const ajv = /draft-0[467]/.test(dialect) ? new Ajv(options) : new Ajv2020(options);
  return ajv.removeKeyword('uniqueItems').addKeyword(uniqueItems);
}

/** Replaces Ajv's own check, which compares every pair of items and takes hours for long lists. */
const uniqueItems: FuncKeywordDefinition = {
  keyword: 'uniqueItems',
  type: 'array',
  schemaType: 'boolean',
  error: { message: 'must NOT have duplicate items' },
  validate: (wanted: boolean, items: unknown[]) =>
    !wanted || new Set(items.map(canonicalJson)).size === items.length,
};

function describe(errors: readonly ErrorObject[]): string {
  const [first] = errors;
  if (first === undefined) return 'the arguments do not fit the schema';
  const where =
    first.instancePath === '' ? 'the arguments' : `\`${first.instancePath.slice(1).replaceAll('/', '.')}\``;
  const detail =
    first.keyword === 'additionalProperties' || first.keyword === 'unevaluatedProperties'
      ? ` (${JSON.stringify(first.params.additionalProperty ?? first.params.unevaluatedProperty)})`
      : first.keyword === 'enum'
        ? ` (${JSON.stringify(first.params.allowedValues)})`
        : '';
  return `${where} ${first.message ?? 'does not fit'}${detail}`;
}
