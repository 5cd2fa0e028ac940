#!/usr/bin/env node

/** As `engines` in package.json says; an older Node can't even load the rest. */
const oldestNode = 24;

if (Number.parseInt(process.versions.node, 10) < oldestNode) {
  process.stderr.write(
    `lockstep: needs Node.js ${oldestNode} or newer, and this is ${process.versions.node}; install it, or add it to the project: npm install --save-dev node@${oldestNode}\n`,
  );
  process.exit(2);
}

// Before anything else is loaded: imports that stand at the top of a file don't wait for it.
const { keepCompiled } = await import('./kernel/compile-cache.ts');
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
