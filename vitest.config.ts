import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// A program that tests start loads faster once a test has started it before.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules/.cache/lockstep-tests');

/** What `npm test` runs: units, properties, what pages say, and calls through a real gateway. */
export default defineConfig({
  resolve: { conditions: ['lockstep-source'] },
  ssr: { resolve: { conditions: ['lockstep-source'] } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'stacks/**/*.test.ts',
      'test/*.test.ts',
      'test/examples/**/*.test.ts',
      'test/end-to-end/dev.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/real-vault.test.ts', 'packages/gateway/src/store/kill.test.ts'],
    // Printed, not gated: a number that must rise makes tests that assert nothing.
    coverage: {
      include: ['packages/*/src/**/*.ts'],
      exclude: ['**/*.test.ts', '**/*.fixture.ts', '**/testing/**'],
      reporter: ['text-summary', 'lcovonly'],
    },
    // Files clean up after themselves, so a process imports what they share once.
    isolate: false,
    // Tests wait for processes more than they compute.
    maxWorkers: '100%',
    // Some start a dozen processes, and machines are slow by the hour: a limit finds what hangs, and measures nothing.
    testTimeout: 90_000,
    hookTimeout: 60_000,
  },
});
