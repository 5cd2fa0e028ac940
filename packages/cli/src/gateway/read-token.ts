import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CommandContext } from '../kernel/context.ts';
import { Failure } from '../kernel/failure.ts';

/**
 * The token that a command presents: from the file that is named, or from the variable LOCKSTEP_TOKEN.
 *
 * @throws Failure when the file can't be read, or holds anything besides a token.
 */
export function readToken(
  { tokenFile }: { readonly tokenFile?: string },
  context: CommandContext,
): string | undefined {
  if (tokenFile === undefined) {
    const token = context.env.LOCKSTEP_TOKEN?.trim();
    return token ? tokenIn(token, 'the variable LOCKSTEP_TOKEN') : undefined;
  }
  let text: string;
  try {
    text = readFileSync(resolve(context.cwd, tokenFile), 'utf8');
  } catch (error) {
    throw new Failure(`--token-file ${tokenFile} can't be read; check its path.`, { cause: error });
  }
  return tokenIn(text.trim(), `--token-file ${tokenFile}`);
}

/** What stands there besides a token would be sent as one, and refused as a wrong one. */
function tokenIn(text: string, where: string): string {
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  const lines = text.split('\n').length;
  const found = text === '' ? 'is empty' : lines > 1 ? `has ${lines} lines` : 'has more than a token in it';
  throw new Failure(`${where} ${found}; it must hold the token alone, the word that begins with lks_.`);
}
