import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['lockstep-source'] },
  ssr: { resolve: { conditions: ['lockstep-source'] } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts', 'stacks/**/*.test.ts'],
    exclude: [
      '**/node_modules/**',
      '**/dist/**',
      'test/slow/**',
      'test/image/**',
      'test/cluster/**',
      'test/engine/**',
    ],
    // Tests wait for processes more than they compute.
    maxWorkers: '100%',
    // Some start a dozen processes, and machines are slow by the hour: a limit finds what hangs, and measures nothing.
    testTimeout: 90_000,
    hookTimeout: 60_000,
  },
});
