#!/usr/bin/env node
import { keepCompiled } from './kernel/compile-cache.ts';

// Before anything else is loaded: imports that stand at the top of a file don't wait for it.
keepCompiled();
const { processContext } = await import('./kernel/context.ts');
const { run } = await import('./program.ts');

// A reader that has seen enough (`lockstep plan | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

const context = processContext();
const outcome = await run(process.argv.slice(2), context);
process.exitCode = outcome === 'could not run' ? 2 : context.exitCode();
