import { sharedLane } from './vitest.lane.ts';

/** What `npm test` runs: units, properties, examples, and calls through a real gateway. */
export default sharedLane({
  include: [
    'packages/*/src/**/*.test.ts',
    'stacks/**/*.test.ts',
    'test/*.test.ts',
    'test/examples/**/*.test.ts',
    'test/end-to-end/dev.test.ts',
  ],
  exclude: [
    '**/node_modules/**',
    '**/real-vault.test.ts',
    'packages/gateway/src/store/kill.test.ts',
    'test/docs.test.ts',
  ],
  // Printed, not gated: a number that must rise makes tests that assert nothing.
  coverage: {
    include: ['packages/*/src/**/*.ts'],
    exclude: ['**/*.test.ts', '**/*.fixture.ts', '**/testing/**'],
    reporter: ['text-summary', 'lcovonly'],
  },
});
