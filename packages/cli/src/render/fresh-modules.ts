import { readFileSync } from 'node:fs';
import { createRequire, findPackageJSON, registerHooks } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isEsModule } from './load-program.ts';

/** The modules that a process has loaded. */
interface LoadedModules {
  /**
   * Has every module loaded anew that might remember the stack that it was loaded for. SDKs and packages that have
   * nothing to do with Pulumi stay, since loading them is most of a program's time.
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
  /** By file: the files that import it. */
  const importers = new Map<string, Set<string>>();
  let stale: ReadonlySet<string> = new Set();
  let runs = 0;
  let possible = true;
  registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context);
      if (!resolved.url.startsWith('file:')) return resolved;
      const url = withoutMarks(resolved.url);
      const importer = withoutMarks(context.parentURL ?? '');
      const known = importers.get(url) ?? new Set();
      importers.set(url, known);
      if (importer.startsWith('file:')) known.add(importer);
      // `require` finds an ES module by its path alone, so it would get the old one.
      if (context.conditions?.includes('require') && isProgramFile(url) && isEsModule(fileURLToPath(url))) {
        possible = false;
      }
      if (!stale.has(url)) return resolved;
      return { ...resolved, url: `${url}${url.includes('?') ? '&' : '?'}lockstep-run=${runs}` };
    },
  });
  return {
    forget() {
      runs += 1;
      stale = staleFiles(importers);
      const { cache } = createRequire(import.meta.url);
      for (const url of stale) delete cache[fileURLToPath(url)];
      return possible;
    },
  };
}

/** The program's files, the packages that use an SDK, and all that import one of these, SDKs aside. */
function staleFiles(importers: ReadonlyMap<string, ReadonlySet<string>>): ReadonlySet<string> {
  const stale = new Set<string>();
  const add = (url: string) => {
    if (stale.has(url) || isSdkFile(url)) return;
    stale.add(url);
    for (const importer of importers.get(url) ?? []) add(importer);
  };
  for (const [url, by] of importers) {
    if (isSdkFile(url)) for (const importer of by) add(importer);
    else if (isProgramFile(url)) add(url);
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
