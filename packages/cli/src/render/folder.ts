import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { codeOf, Failure } from '../kernel/failure.ts';
import type { KubernetesObject } from './object.ts';
import { filesOf, printKustomization } from './yaml.ts';

/**
 * Lists what was written, so that the next rendering removes that and nothing else. Without an ending, so that no tool
 * takes it for a manifest.
 */
export const markerName = '.lockstep-render';
const kustomization = 'kustomization.yaml';
const heading = '# Written by `lockstep render`, which removes these files when it runs again:';

/**
 * Sees that a folder is there to be rendered into: it is missing, empty, or holds an earlier rendering. Asked before
 * the program runs.
 *
 * @throws Failure for a folder of something else, such as sources.
 */
export function refuseOtherFolder(folder: string, shown: string): void {
  const there = listFolder(folder, shown);
  if (there.length === 0 || there.includes(markerName)) return;
  const rest = there.length > 3 ? ` and ${there.length - 3} more` : '';
  throw new Failure(
    `--out ${shown} holds what \`render\` didn't write (${there.slice(0, 3).join(', ')}${rest}); choose a folder of its own.`,
  );
}

function listFolder(folder: string, shown: string): string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    const why = codeOf(error) === 'ENOTDIR' ? 'is a file' : `can't be read (${codeOf(error)})`;
    throw new Failure(`--out ${shown} ${why}; choose a folder.`, { cause: error });
  }
}

/**
 * Makes a folder hold these objects, and a kustomization that lists them in order. What an earlier rendering wrote is
 * removed, and nothing else is touched.
 *
 * @param shown the folder as a person gave it.
 * @returns the names of the files.
 * @throws Failure where something of another's is in the way.
 */
export function writeFolder(
  folder: string,
  objects: readonly KubernetesObject[],
  shown: string,
): readonly string[] {
  const files = filesOf(objects);
  const wanted = new Map([...files, [kustomization, printKustomization([...files.keys()])]]);
  mkdirSync(folder, { recursive: true });
  const earlier = readMarker(folder, shown);
  const there = new Set(readdirSync(folder));
  for (const name of wanted.keys()) {
    if (there.has(name) && !earlier.includes(name)) {
      throw new Failure(
        `${shown} has a file ${name} that \`render\` didn't write; move it, or choose another folder.`,
      );
    }
  }
  // First of all, so that what is written by a rendering that is cut short is known to the next one.
  writeMarker(folder, [...new Set([...earlier, ...wanted.keys()])]);
  for (const name of earlier) rmSync(join(folder, name), { force: true });
  for (const [name, text] of wanted) writeFileSync(join(folder, name), text, { flag: 'wx' });
  writeMarker(folder, [...wanted.keys()]);
  return [...wanted.keys()];
}

function writeMarker(folder: string, names: readonly string[]): void {
  rmSync(join(folder, markerName), { force: true });
  writeFileSync(join(folder, markerName), `${[heading, ...names.toSorted()].join('\n')}\n`, { flag: 'wx' });
}

/** What an earlier rendering wrote here. Only plain names count: nothing outside the folder is ever removed. */
function readMarker(folder: string, shown: string): string[] {
  const path = join(folder, markerName);
  try {
    if (!lstatSync(path).isFile()) throw new Failure(`${shown}/${markerName} isn't a file; remove it.`);
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((name) => /^[a-z0-9][a-z0-9.-]*\.yaml$/.test(name));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/**
 * The objects of a folder that `render` filled; none where it doesn't exist.
 *
 * @throws Failure where it can't be read.
 */
export function readFolder(folder: string, shown: string): KubernetesObject[] {
  return readMarker(folder, shown)
    .filter((name) => name !== kustomization)
    .map((name) => {
      try {
        return parse(readFileSync(join(folder, name), 'utf8')) as KubernetesObject;
      } catch (error) {
        throw new Failure(
          `${shown}/${name} can't be read (${codeOf(error) ?? 'no YAML'}); render it again.`,
          {
            cause: error,
          },
        );
      }
    });
}
