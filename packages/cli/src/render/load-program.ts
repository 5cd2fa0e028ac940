import { readFileSync } from 'node:fs';
import { createRequire, findPackageJSON } from 'node:module';
import { pathToFileURL } from 'node:url';

/**
 * Loads a Pulumi program as Pulumi does, and calls what it exports where that is a function.
 *
 * @param typescript whether TypeScript that isn't an ES module is compiled with ts-node.
 */
export async function loadProgram(entry: string, typescript: boolean): Promise<unknown> {
  const isModule = isEsModule(entry);
  if (!isModule && typescript && /\.[c]?ts$/.test(entry)) compileOnRequire(entry);
  const found: unknown = isModule ? await import(pathToFileURL(entry).href) : createRequire(entry)(entry);
  const exported = typeof found === 'object' && found !== null && 'default' in found ? found.default : found;
  return typeof exported === 'function' ? await exported() : await exported;
}

/** Whether Node takes a file for an ES module. */
export function isEsModule(path: string): boolean {
  if (/\.m[jt]s$/.test(path)) return true;
  if (/\.(c[jt]s|json|node)$/.test(path)) return false;
  const manifest = findPackageJSON(pathToFileURL(path));
  return manifest !== undefined && JSON.parse(readFileSync(manifest, 'utf8')).type === 'module';
}

let compiles = false;

/** As Pulumi does, but without checking types: that is the program's own check. */
function compileOnRequire(entry: string): void {
  if (compiles) return;
  compiles = true;
  const programRequire = createRequire(entry);
  const { typeScriptRequireStrings } = programRequire('@pulumi/pulumi/tsutils') as {
    typeScriptRequireStrings(): { tsnodeRequire: string; typescriptRequire: string };
  };
  const { tsnodeRequire, typescriptRequire } = typeScriptRequireStrings();
  const pulumiRequire = createRequire(programRequire.resolve('@pulumi/pulumi'));
  pulumiRequire(tsnodeRequire).register({
    compiler: pulumiRequire.resolve(typescriptRequire),
    transpileOnly: true,
    skipProject: true,
    // TypeScript 6 says of what ts-node sets by itself that it is deprecated.
    ignoreDiagnostics: [5107],
    compilerOptions: {
      target: 'es2022',
      module: 'nodenext',
      moduleResolution: 'nodenext',
      esModuleInterop: true,
    },
  });
}
