import { type CelEnv, CelScalar, celEnv, celFunc, celMethod, isCelError } from '@bufbuild/cel';
import { pathUnder } from './path-under.ts';

/** How many characters one evaluation may match against regular expressions: 0.5 s at the very worst. */
const maxMatched = 256 * 1024;

let matched = 0;

/** Resets the counter for a new evaluation. Evaluation is synchronous, so one counter is enough. */
export function startCounting(): void {
  matched = 0;
}

const standardMatches = celEnv().funcs.find('matches');

/** @throws Error for a pattern that RE2 doesn't accept. */
export function checkPattern(pattern: string): void {
  const result = standardMatches?.call(0, '', [pattern]);
  if (isCelError(result)) throw result;
}

/** Whether the text contains a match of the RE2 expression. Linear in the text, and bounded. */
function matches(this: string, pattern: string): boolean {
  matched += this.length;
  if (matched > maxMatched) {
    throw new Error(`more than ${maxMatched} characters are matched against regular expressions`);
  }
  const result = standardMatches?.call(0, this, [pattern]);
  if (isCelError(result)) throw result;
  return result === true;
}

const { STRING, BOOL } = CelScalar;

/** CEL's standard functions and our own. */
export const functions: CelEnv = celEnv({
  funcs: [
    celFunc('pathUnder', [STRING, STRING], BOOL, pathUnder),
    celMethod('matches', STRING, [STRING], BOOL, function (pattern) {
      return matches.call(this, pattern);
    }),
  ],
});
