import { existsSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Finding } from '@lockstep/model';
import { duplicateKeys } from './duplicates.ts';

/** The name that the tool lock has everywhere. */
export const lockFileName = 'tools.lock.json';

const modelName = '@lockstep/model';
const shimUrl = 'lockstep:declared-model';
const emptyLockUrl = 'lockstep:empty-lock';
const declared = Symbol.for('lockstep.declared');

/** What is seen while a program is loaded. */
export interface Watched {
  /** Every file of the program itself, packages left out. */
  readonly files: Set<string>;
  /** Keys that are written twice. */
  readonly duplicates: Finding[];
}

/**
 * Watches which files a program consists of, and reads each for duplicate keys before it runs.
 *
 * @param declaration whether the program only has to say what it declares: `defineEnvironments` then hands back
 * its input unchecked, and a lock that doesn't exist yet is empty. So `lockstep lock` can make the first lock.
 */
export function watchProgram(options: { declaration: boolean; describe(path: string): string }): Watched {
  const files = new Set<string>();
  const duplicates: Finding[] = [];
  registerHooks({
    resolve(specifier, context, next) {
      if (!options.declaration) return next(specifier, context);
      if (specifier === modelName && context.parentURL !== shimUrl) {
        shimSource = declaringModel(next(specifier, context).url);
        return { url: shimUrl, format: 'module', shortCircuit: true };
      }
      if (specifier.endsWith(`/${lockFileName}`) && isMissing(specifier, context.parentURL)) {
        return {
          url: emptyLockUrl,
          format: 'json',
          importAttributes: { type: 'json' },
          shortCircuit: true,
        };
      }
      return next(specifier, context);
    },
    load(url, context, next) {
      if (url === shimUrl) return { format: 'module', source: shimSource, shortCircuit: true };
      if (url === emptyLockUrl) return { format: 'json', source: emptyLock, shortCircuit: true };
      if (url.startsWith('file:') && !url.includes('/node_modules/') && !isOurs(url)) {
        const path = fileURLToPath(url);
        files.add(path);
        duplicates.push(...findDuplicates(path, options.describe(path)));
      }
      return next(url, context);
    },
  });
  let shimSource = '';
  return { files, duplicates };
}

/** What the program gave to `defineEnvironments`, as it was written. */
export function declaredInput(): unknown {
  return (globalThis as Record<symbol, unknown>)[declared];
}

const emptyLock = JSON.stringify({ lockVersion: 1, servers: {} });

/** The model, but for `defineEnvironments`, which remembers its input and checks nothing. */
function declaringModel(realUrl: string): string {
  return `export * from ${JSON.stringify(realUrl)};
export function defineEnvironments(input) {
  globalThis[Symbol.for('lockstep.declared')] = input;
  return {};
}`;
}

function isMissing(specifier: string, parent: string | undefined): boolean {
  return parent !== undefined && !existsSync(new URL(specifier, parent));
}

/** Workspace links resolve to the packages' own sources: those are no part of the program. */
function isOurs(url: string): boolean {
  return packageRoots.some((root) => url.startsWith(root));
}

const packageRoots = [
  new URL('../../', import.meta.url).href,
  new URL('../', import.meta.resolve(modelName)).href,
];

function findDuplicates(path: string, shown: string): Finding[] {
  const kind = /\.[cm]?ts$/.test(path) ? 'ts' : path.endsWith('.json') ? 'json' : 'js';
  try {
    return duplicateKeys(readFileSync(path, 'utf8'), kind).map(({ key, line, firstLine }) => ({
      path: `${shown}:${line}`,
      message: `\`${key}\` is written twice in one object, first on line ${firstLine}; rename or remove one.`,
    }));
  } catch {
    return []; // It can't be read or parsed: loading it says so.
  }
}
