import { join } from 'node:path';
import { defineConfig, type ViteUserConfig } from 'vitest/config';

type Tests = NonNullable<ViteUserConfig['test']>;

/** A lane of tests, which run the packages from their sources. */
export function lane(test: Tests): ViteUserConfig {
  const resolve = { conditions: ['lockstep-source'] };
  return defineConfig({ resolve, ssr: { resolve }, test });
}

/** A lane whose files share processes. */
export function sharedLane(test: Tests): ViteUserConfig {
  // A program that tests start loads faster once a test has started it before.
  process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules/.cache/lockstep-tests');
  return lane({
    // Files clean up after themselves, so a process imports what they share once.
    isolate: false,
    // Tests wait for processes more than they compute.
    maxWorkers: '100%',
    // Some start a dozen processes, and machines are slow by the hour: a limit finds what hangs, and measures nothing.
    testTimeout: 90_000,
    hookTimeout: 60_000,
    ...test,
  });
}
