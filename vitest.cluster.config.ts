import { lane } from './vitest.lane.ts';

/** What needs a real Kubernetes: run inside the test cluster's network by `npm run test:cluster`. */
export default lane({
  include: ['test/cluster/**/*.test.ts', 'test/engine/**/*.test.ts'],
  testTimeout: 300_000,
  hookTimeout: 300_000,
  fileParallelism: false,
});
