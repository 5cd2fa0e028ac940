import { AsyncLocalStorage } from 'node:async_hooks';
import { relative } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Finding } from '@lockstep/model';
import { codeOf, findingsOf, sentenceOf } from '../kernel/failure.ts';
import { explain } from '../project/explain.ts';
import { withoutMarks } from './fresh-modules.ts';
import { loadProgram } from './load-program.ts';
import { type Recorded, recordResources } from './mock-monitor.ts';
import type { Sdk } from './sdk.ts';

/** Which program is run. */
export interface Program {
  readonly entry: string;
  readonly project: string;
  /** Whether TypeScript that isn't an ES module is compiled with ts-node, as Pulumi does. */
  readonly typescript: boolean;
  /** The folder that paths are shown relative to. */
  readonly base: string;
}

/** As which stack it is run. */
export interface StackRun {
  readonly stack: string;
  readonly config: {
    readonly values: Readonly<Record<string, string>>;
    readonly secretKeys: readonly string[];
  };
}

/** What came of it. */
export interface Registered {
  readonly resources: Recorded['resources'];
  readonly problems: readonly Finding[];
  /** Whether the program didn't come to its end, so that resources may be missing. */
  readonly failed: boolean;
}

/** What went wrong behind the back of a run, such as in a promise that nobody waits for. */
const failuresOf = new AsyncLocalStorage<unknown[]>();
for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
  process.on(event, (error) => failuresOf.getStore()?.push(error));
}

/** Runs a program as one stack; what a stack leaves running counts for that stack alone. */
export function runStack(program: Program, run: StackRun, requireSdk: () => Sdk): Promise<Registered> {
  const failures: unknown[] = [];
  return failuresOf.run(failures, async () => {
    let sdk: Sdk;
    try {
      sdk = requireSdk();
    } catch (error) {
      return { resources: [], problems: [withoutSdk(error, program)], failed: true };
    }
    const { runtime, withLocalStorage = (work) => work() } = sdk;
    return withLocalStorage(async () => {
      const recorded = await recordResources(runtime, program.project, run.stack);
      runtime.setAllConfig(run.config.values, run.config.secretKeys);
      const load = () => loadProgram(program.entry, program.typescript);
      await runtime.runInPulumiStack(load).catch((error: unknown) => failures.push(error));
      await runtime.disconnect().catch((error: unknown) => failures.push(error));
      // Node tells of rejections that nobody handles once all that is due has run.
      await nextTurn();
      return { resources: recorded.resources, ...problemsOf(recorded, failures, program) };
    });
  });
}

function withoutSdk(error: unknown, program: Program): Finding {
  if (codeOf(error) !== 'MODULE_NOT_FOUND') return problemOf(error, program);
  const message = 'finds no @pulumi/pulumi from its folder; install its packages.';
  return { path: describe(program.entry, program), message };
}

function describe(file: string, { base }: Program): string {
  return relative(base, file) || file;
}

/** Each thing that went wrong, once: what follows from a refused question isn't told again. */
function problemsOf(
  { refused }: Recorded,
  failures: readonly unknown[],
  program: Program,
): Pick<Registered, 'problems' | 'failed'> {
  const seen = new Set<string>();
  const others = [...new Set(failures)]
    .filter(
      (error) => !refused.some(({ path, message }) => sentenceOf(error).includes(`${path}: ${message}`)),
    )
    .flatMap((error) => findingsOf(error) ?? [problemOf(error, program)]);
  const problems = [...refused, ...others].filter((problem) => {
    const key = JSON.stringify(problem);
    return !seen.has(key) && seen.add(key);
  });
  return { problems, failed: others.length > 0 };
}

/** Errors that are meant for people (`RunError`, `ResourceError`) speak for themselves. */
function problemOf(error: unknown, program: Program): Finding {
  const resource = resourceOf(error);
  if (resource !== undefined) return { path: resource, message: sentence(error) };
  const isForPeople = error instanceof Error && '__pulumiRunError' in error;
  if (isForPeople) return { path: describe(program.entry, program), message: sentence(error) };
  if (error instanceof Error && error.stack !== undefined) error.stack = withoutMarks(error.stack);
  return explain(error, program.entry, (file) => describe(file, program));
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
