/**
 * Loads a program in a process of its own, so that an edited file is read afresh and nothing that it does
 * reaches the command. Arguments: the program's path, `environments` or `declaration`, the folder that paths
 * are shown relative to. The answer goes to the parent as one message, an {@link Evaluation}.
 *
 * @module
 */
import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Finding } from '@lockstep/model';
import { isRecord } from '@lockstep/model/internal';
import { findingsOf } from '../kernel/failure.ts';
import { explain } from './explain.ts';
import { declaredInput, watchProgram } from './program-hooks.ts';

/** What came of loading a program. */
export type Evaluation = { readonly files: readonly string[] } & (
  | { readonly value: unknown }
  | { readonly findings: readonly Finding[] }
);

const [path = '', mode = 'environments', base = process.cwd()] = process.argv.slice(2);
const describe = (file: string) => relative(base, file) || file;
const watched = watchProgram({ declaration: mode === 'declaration', describe });

const outcome = await load();
const files = [...watched.files].sort();
// A key written twice comes first: whatever else is found may follow from it.
const evaluation: Evaluation =
  watched.duplicates.length > 0 ? { files, findings: watched.duplicates } : { files, ...outcome };
process.send?.(evaluation, () => process.exit(0));

async function load(): Promise<{ value: unknown } | { findings: readonly Finding[] }> {
  try {
    const exports = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
    if (mode === 'declaration') {
      const value = declaredInput();
      if (value !== undefined) return { value };
    } else if (isRecord(exports.environments)) {
      return { value: exports.environments };
    }
    const message =
      'exports no `environments`; write `export const environments = defineEnvironments({ … })`.';
    return { findings: [{ path: describe(path), message }] };
  } catch (error) {
    return { findings: findingsOf(error) ?? [explain(error, path, describe)] };
  }
}
