import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules/.cache/lockstep-tests');

/** Whole programs: gateways with clients and servers, attacks, upgrades, a real Vault. Run by `npm run test:e2e`. */
export default defineConfig({
  resolve: { conditions: ['lockstep-source'] },
  ssr: { resolve: { conditions: ['lockstep-source'] } },
  test: {
    include: [
      'test/{attack,end-to-end,monitoring,setup,upgrade}/**/*.test.ts',
      'packages/*/src/**/real-vault.test.ts',
      'packages/gateway/src/store/kill.test.ts',
    ],
    exclude: ['**/node_modules/**', 'test/end-to-end/dev.test.ts'],
    isolate: false,
    maxWorkers: '100%',
    testTimeout: 90_000,
    hookTimeout: 60_000,
  },
});
