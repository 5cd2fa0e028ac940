/**
 * Runs a Pulumi program in a process of its own, with its own copy of `@pulumi/pulumi` and nothing behind it: no
 * engine, no provider, no network of ours. Argument: an {@link Assignment} as JSON. The answer goes to the parent as
 * one message, {@link Registered}.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { createRequire, findPackageJSON } from 'node:module';
import { relative } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { Finding } from '@lockstep/model';
import { findingsOf, sentenceOf } from '../kernel/failure.ts';
import { explain } from '../project/explain.ts';
import { type PulumiRuntime, type Recorded, recordResources } from './mock-monitor.ts';

/** Which program is run, and as which stack. */
export interface Assignment {
  readonly entry: string;
  readonly project: string;
  readonly stack: string;
  readonly config: {
    readonly values: Readonly<Record<string, string>>;
    readonly secretKeys: readonly string[];
  };
  /** Whether TypeScript that isn't an ES module is compiled with ts-node, as Pulumi does. */
  readonly typescript: boolean;
  /** The folder that paths are shown relative to. */
  readonly base: string;
}

/** What came of it. */
export interface Registered {
  readonly resources: Recorded['resources'];
  readonly problems: readonly Finding[];
  /** Whether the program didn't come to its end, so that resources may be missing. */
  readonly failed: boolean;
}

const assignment = JSON.parse(process.argv[2] ?? '{}') as Assignment;
const { entry, base } = assignment;
const describe = (file: string) => relative(base, file) || file;
const programRequire = createRequire(entry);
const failures: unknown[] = [];
process.on('unhandledRejection', (error) => failures.push(error));
process.on('uncaughtException', (error) => failures.push(error));

const registered = await run();
process.send?.(registered, () => process.exit(0));

async function run(): Promise<Registered> {
  let runtime: PulumiRuntime;
  try {
    ({ runtime } = programRequire('@pulumi/pulumi') as { runtime: PulumiRuntime });
  } catch (error) {
    const missing = 'finds no @pulumi/pulumi from its folder; install its packages.';
    const isMissing = error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND';
    return {
      resources: [],
      problems: [isMissing ? { path: describe(entry), message: missing } : problemOf(error)],
      failed: true,
    };
  }
  const { project, stack, config } = assignment;
  const recorded = await recordResources(runtime, project, stack);
  runtime.setAllConfig(config.values, config.secretKeys);
  await runtime.runInPulumiStack(load).catch((error: unknown) => failures.push(error));
  await runtime.disconnect().catch((error: unknown) => failures.push(error));
  // Node tells of rejections that nobody handles once all that is due has run.
  await nextTurn();
  return { resources: recorded.resources, ...problemsOf(recorded) };
}

/** Loads the program, and calls what it exports where that is a function. */
async function load(): Promise<unknown> {
  const isModule = isEsModule(entry);
  if (!isModule && assignment.typescript && /\.[c]?ts$/.test(entry)) compileOnRequire();
  const found: unknown = isModule ? await import(pathToFileURL(entry).href) : programRequire(entry);
  const exported = typeof found === 'object' && found !== null && 'default' in found ? found.default : found;
  return typeof exported === 'function' ? await exported() : await exported;
}

function isEsModule(path: string): boolean {
  if (/\.m[jt]s$/.test(path)) return true;
  if (/\.c[jt]s$/.test(path)) return false;
  const manifest = findPackageJSON(pathToFileURL(path));
  return manifest !== undefined && JSON.parse(readFileSync(manifest, 'utf8')).type === 'module';
}

/** As Pulumi does, but without checking types: that is the program's own check. */
function compileOnRequire(): void {
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

/** Each thing that went wrong, once: what follows from a refused question isn't told again. */
function problemsOf({ refused }: Recorded): Pick<Registered, 'problems' | 'failed'> {
  const seen = new Set<string>();
  const others = [...new Set(failures)]
    .filter(
      (error) => !refused.some(({ path, message }) => sentenceOf(error).includes(`${path}: ${message}`)),
    )
    .flatMap(problemsIn);
  const problems = [...refused, ...others].filter((problem) => {
    const key = JSON.stringify(problem);
    return !seen.has(key) && seen.add(key);
  });
  return { problems, failed: others.length > 0 };
}

function problemsIn(error: unknown): readonly Finding[] {
  return findingsOf(error) ?? [problemOf(error)];
}

/** Errors that are meant for people (`RunError`, `ResourceError`) speak for themselves. */
function problemOf(error: unknown): Finding {
  const resource = resourceOf(error);
  if (resource !== undefined) return { path: resource, message: sentence(error) };
  const isForPeople = error instanceof Error && '__pulumiRunError' in error;
  return isForPeople ? { path: describe(entry), message: sentence(error) } : explain(error, entry, describe);
}

function sentence(error: unknown): string {
  const text = sentenceOf(error);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function resourceOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('resource' in error)) return undefined;
  const { resource } = error;
  if (typeof resource !== 'object' || resource === null) return undefined;
  const { __pulumiType: type, __name: name } = resource as Record<string, unknown>;
  return typeof type === 'string' && typeof name === 'string' ? `${type} ${name}` : undefined;
}
