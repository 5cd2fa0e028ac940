import { isCelError, parse, plan } from '@bufbuild/cel';
import { visible } from '../visible.ts';
import { checkExpression } from './check.ts';
import { celFacts, type Facts } from './facts.ts';
import { functions, startCounting } from './functions.ts';

/** A compiled condition. For facts that it can't evaluate, it returns an error and doesn't throw. */
interface Condition {
  (facts: Facts): boolean | Error;
  /** Whether it needs a call's arguments; if not, the principal alone decides it. */
  readonly usesArguments: boolean;
}

/** How many rounds the loops of one evaluation may take, about 50 ms; nested loops multiply. */
const maxRounds = 20_000;

/** Rounds times characters: how much of the arguments' strings loops may read. */
const maxCharactersRead = 200_000_000;

const compiled = new Map<string, Condition>();
const maxCompiled = 2000;

/**
 * Compiles a CEL condition over `args` and `principal`; the same text gives the same condition.
 *
 * @throws Error that says what is wrong with the condition.
 * @example
 * compileCondition('pathUnder(args.path, "public")')({ args: { path: 'public/a' }, principal }); // true
 */
export function compileCondition(text: string): Condition {
  const known = compiled.get(text);
  if (known) return known;
  const condition = make(text);
  // Drop the oldest, because a gateway that runs for months sees many tables.
  const oldest = compiled.size >= maxCompiled ? compiled.keys().next().value : undefined;
  if (oldest !== undefined) compiled.delete(oldest);
  compiled.set(text, condition);
  return condition;
}

function make(text: string): Condition {
  try {
    const parsed = parse(text);
    const { usesArguments, loops } = checkExpression(parsed.expr);
    const evaluate = plan(functions, parsed);
    const condition = (facts: Facts): boolean | Error => {
      try {
        const { args, principal, elements, characters } = celFacts(facts);
        const rounds = elements ** loops;
        if (loops > 0 && (rounds > maxRounds || rounds * characters > maxCharactersRead)) {
          return new Error('the arguments are too large for its loops');
        }
        startCounting();
        const result = evaluate({ args, principal });
        if (typeof result === 'boolean') return result;
        return isCelError(result) ? tidy(result) : new Error('it gives neither true nor false');
      } catch (error) {
        return tidy(error);
      }
    };
    return Object.assign(condition, { usesArguments });
  } catch (error) {
    throw tidy(error);
  }
}

const maxMessageLength = 300;

/** The library's message, short, safe to show, and without a position in a file that doesn't exist. */
function tidy(error: unknown): Error {
  if (error instanceof RangeError) return new Error('it is nested too deeply');
  const message = error instanceof Error ? error.message : String(error);
  const plain = visible(message.replace(/^<input>:1:(\d+): /, 'at character $1: '));
  const short = plain.length > maxMessageLength ? `${plain.slice(0, maxMessageLength)}…` : plain;
  return new Error(short);
}
