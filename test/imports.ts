import { globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';

export const root = resolve(import.meta.dirname, '..');

/** One import, export-from, `import()` or type import with a literal specifier. */
export interface Import {
  /** The file with the import, as a path from the repository's root. */
  readonly file: string;
  readonly specifier: string;
}

/** All imports of the TypeScript files under a folder, as the compiler itself finds them, but for what `init` writes. */
export function importsUnder(folder: string): Import[] {
  return globSync(`${folder}/**/*.ts`, {
    cwd: root,
    exclude: ['**/node_modules', '**/dist', 'packages/cli/template'],
  })
    .toSorted()
    .flatMap((file) => importsOf(file, readFileSync(join(root, file), 'utf8')));
}

/** The imports of one file's text. */
export function importsOf(file: string, text: string): Import[] {
  const found = ts.preProcessFile(text, true, true);
  return found.importedFiles.map(({ fileName }) => ({ file, specifier: fileName }));
}

export function isRelative({ specifier }: Import): boolean {
  return specifier.startsWith('.') || specifier.startsWith('/') || specifier.startsWith('file:');
}

/** The target of a relative import, as a path from the repository's root. */
export function targetOf({ file, specifier }: Import): string {
  return join(dirname(file), specifier);
}

/** The npm package that an import needs; undefined for relative ones and Node's own. */
export function packageOf(found: Import): string | undefined {
  if (isRelative(found) || isBuiltin(found.specifier)) return undefined;
  return found.specifier
    .split('/')
    .slice(0, found.specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
