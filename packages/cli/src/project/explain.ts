import { fileURLToPath } from 'node:url';
import type { Finding } from '@lockstep/model';
import { codeOf } from '../kernel/failure.ts';
import { lockFileName } from './program-hooks.ts';

/**
 * Says in one sentence why a program couldn't be loaded.
 *
 * @param path of the program, for what can't be placed anywhere better.
 * @param describe shows a path to a person.
 */
export function explain(error: unknown, path: string, describe: (path: string) => string): Finding {
  const code = codeOf(error);
  if (code === 'ERR_MODULE_NOT_FOUND') return explainMissing(error, path, describe);
  if (code === 'ERR_IMPORT_ATTRIBUTE_MISSING') {
    return {
      path: describe(path),
      message: "a JSON file is imported without saying so; add `with { type: 'json' }`.",
    };
  }
  const at = describe(path);
  if (!(error instanceof Error)) return { path: at, message: `threw ${String(error)}.` };
  const place = placeOf(error, path, describe);
  if (error instanceof SyntaxError)
    return { path: place, message: `${firstLine(error)}; correct the syntax.` };
  return { path: place, message: `${error.name}: ${firstLine(error)}; correct the program.` };
}

function explainMissing(error: unknown, path: string, describe: (path: string) => string): Finding {
  const url = error instanceof Error && 'url' in error ? String(error.url) : undefined;
  const missing = url?.startsWith('file:') ? describe(fileURLToPath(url)) : undefined;
  if (missing?.endsWith(lockFileName)) {
    return { path: missing, message: "doesn't exist; run `lockstep lock` to make it." };
  }
  const name = missing ?? /'([^']+)'/.exec(error instanceof Error ? error.message : '')?.[1] ?? 'something';
  return {
    path: describe(path),
    message: `imports ${name}, which doesn't exist; correct the import, or install the package.`,
  };
}

/** `file:line` of a syntax error (its stack begins with it) or of the topmost frame in the program's own files. */
function placeOf(error: Error, path: string, describe: (path: string) => string): string {
  const stack = (error.stack ?? '').replaceAll('file://', '');
  const first = /^(\/.+?):(\d+)/.exec(stack) ?? /^(?:SyntaxError[^:]*: )?"?(\/[^"\n]+\.json)"?()/.exec(stack);
  const frame = stack
    .split('\n')
    .map((line) => /^\s+at .*?\(?(\/[^()]+?):(\d+):\d+\)?$/.exec(line))
    .find((match) => match?.[1] !== undefined && !match[1].includes('/node_modules/') && match[1] === path);
  const match = (error instanceof SyntaxError ? first : undefined) ?? frame ?? first;
  if (match?.[1] === undefined) return describe(path);
  return match[2] ? `${describe(match[1])}:${match[2]}` : describe(match[1]);
}

function firstLine(error: Error): string {
  return (error.message.split('\n')[0] ?? '').replace(/^"?(file:\/\/)?\/\S+?"?: /, '').replace(/[.;]$/, '');
}
