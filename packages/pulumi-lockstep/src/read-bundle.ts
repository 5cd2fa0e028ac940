import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type BundledEnvironment, environmentOfBundle } from '@lockstep/model/internal';
import { RunError } from '@pulumi/pulumi';

/**
 * Reads the environment of a component.
 *
 * @param who the component and its name, for errors.
 * @param bundle the path of what `lockstep bundle` wrote, from the program's folder, or its text.
 * @throws RunError if there is no such file, or if it isn't a whole bundle.
 */
export function readBundle(who: string, bundle: unknown): BundledEnvironment {
  if (typeof bundle !== 'string' || bundle === '') {
    throw new RunError(`${who}: bundle: is missing; name the file that \`lockstep bundle\` wrote.`);
  }
  const text = bundle.trimStart().startsWith('{') ? bundle : readText(who, bundle);
  try {
    return environmentOfBundle(text);
  } catch (error) {
    throw new RunError(`${who}: ${(error as Error).message}`);
  }
}

function readText(who: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new RunError(
      `${who}: bundle: ${resolve(path)} can't be read (${code}); write it with \`lockstep bundle <env> --out ${path}\`.`,
    );
  }
}
