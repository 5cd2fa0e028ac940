import { sharedLane } from './vitest.lane.ts';

/**
 * Whole programs: gateways with clients and servers, attacks, upgrades, a real Vault; and whether every page of the docs
 * is true. Run by `npm run test:e2e`.
 */
export default sharedLane({
  include: [
    'test/{attack,end-to-end,monitoring,setup,upgrade}/**/*.test.ts',
    'packages/*/src/**/real-vault.test.ts',
    'packages/gateway/src/store/kill.test.ts',
    'test/docs.test.ts',
  ],
  exclude: ['**/node_modules/**', 'test/end-to-end/dev.test.ts'],
});
