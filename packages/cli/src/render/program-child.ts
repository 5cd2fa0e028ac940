/**
 * Runs a Pulumi program as one stack after another, in a process of its own, with its own copy of `@pulumi/pulumi` and
 * nothing behind it: no engine, no provider, no network of ours. Argument: a {@link Program} as JSON. Which stacks
 * there are comes as a message, {@link StackRun}s. Each is answered with a {@link Message}, and so is the end.
 *
 * @module
 */
import { watchModules } from './fresh-modules.ts';
import { type Program, type Registered, runStack, type StackRun } from './run-stack.ts';
import { requireSdk, type Sdk } from './sdk.ts';
import { keepSurroundings } from './surroundings.ts';

/** What came of a stack; or that those without an answer must be run in a process of their own. */
export type Message = { readonly stack: string; readonly registered: Registered } | 'finished';

const program = JSON.parse(process.argv[2] ?? '{}') as Program;
const modules = watchModules();
const sdk = loadSdk();
const restore = keepSurroundings();
process.once('message', (runs) => void answer(runs as readonly StackRun[]));

/** Loads it while the command still finds out which stacks there are. Each stack tells where there is none. */
function loadSdk(): Sdk | undefined {
  try {
    return requireSdk(program.entry);
  } catch {
    return undefined;
  }
}

async function answer(runs: readonly StackRun[]): Promise<void> {
  for (const run of runs) {
    const registered = await runStack(program, run, () => sdk ?? requireSdk(program.entry));
    send({ stack: run.stack, registered });
    restore();
    if (sdk?.withLocalStorage === undefined || !modules.forget()) break;
  }
  send('finished', () => process.exit(0));
}

function send(message: Message, sent?: () => void): void {
  process.send?.(message, undefined, undefined, sent);
}
