import { readFileSync } from 'node:fs';
import { createRequire, findPackageJSON, registerHooks } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isEsModule } from './load-program.ts';

/** The modules that a process has loaded. */
interface LoadedModules {
  /**
   * Has every module loaded anew that might remember the stack that it was loaded for: all that the program loads. SDKs
   * and what only they load stay, since loading them is most of a program's time.
   *
   * @returns whether that is possible.
   */
  forget(): boolean;
}

/** Ends the address of a module that was loaded anew. */
const mark = /[?&]lockstep-run=\d+/g;

/** A text, such as the stack of an error, with the addresses that files have for people. */
export function withoutMarks(text: string): string {
  return text.replace(mark, '');
}

/** Watches what is loaded from now on. */
export function watchModules(): LoadedModules {
  /** By file: the files that it imports. */
  const imports = new Map<string, Set<string>>();
  const required = new Set<string>();
  let stale: ReadonlySet<string> = new Set();
  let runs = 0;
  registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context);
      if (!resolved.url.startsWith('file:')) return resolved;
      const url = withoutMarks(resolved.url);
      const importer = withoutMarks(context.parentURL ?? '');
      const known = imports.get(importer) ?? new Set();
      imports.set(importer, known.add(url));
      if (context.conditions?.includes('require')) required.add(url);
      if (!stale.has(url)) return resolved;
      return { ...resolved, url: `${url}${url.includes('?') ? '&' : '?'}lockstep-run=${runs}` };
    },
  });
  return {
    forget() {
      runs += 1;
      stale = staleFiles(imports);
      const { cache } = createRequire(import.meta.url);
      for (const url of stale) delete cache[fileURLToPath(url)];
      // `require` finds an ES module by its path alone, so it would get the old one.
      return ![...stale].some((url) => required.has(url) && isEsModule(fileURLToPath(url)));
    },
  };
}

/** The program's files and all that they import, except SDKs. An addon of Node can't be loaded twice. */
function staleFiles(imports: ReadonlyMap<string, ReadonlySet<string>>): ReadonlySet<string> {
  const stale = new Set<string>();
  const add = (url: string) => {
    if (stale.has(url) || isSdkFile(url) || url.endsWith('.node')) return;
    stale.add(url);
    for (const imported of imports.get(url) ?? []) add(imported);
  };
  for (const [importer, imported] of imports) {
    for (const url of [importer, ...imported]) if (url.startsWith('file:') && isProgramFile(url)) add(url);
  }
  return stale;
}

function isProgramFile(url: string): boolean {
  return !url.includes('/node_modules/') && !isSdkFile(url);
}

/** Whether a file belongs to Pulumi's SDKs or to our packages, which ask for the stack only when they are called. */
function isSdkFile(url: string): boolean {
  const place = url.lastIndexOf('/node_modules/');
  if (place >= 0) return /^\/node_modules\/(@pulumi|@lockstep)\//.test(url.slice(place));
  const folder = dirname(url);
  const known = ours.get(folder);
  if (known !== undefined) return known;
  const manifest = findPackageJSON(url);
  const { name } = manifest === undefined ? {} : JSON.parse(readFileSync(manifest, 'utf8'));
  const isOurs = /^@lockstep\/(model|components|aws|cli)$/.test(String(name));
  ours.set(folder, isOurs);
  return isOurs;
}

/** Folders of a workspace, which links packages instead of installing them. */
const ours = new Map<string, boolean>();
