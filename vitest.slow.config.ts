import { lane } from './vitest.lane.ts';

/** What takes minutes: crashes by the dozen, system-call traces, images. Run by `.ci/run`. */
export default lane({
  include: ['test/slow/**/*.test.ts', 'test/image/**/*.test.ts'],
  testTimeout: 600_000,
  hookTimeout: 120_000,
  fileParallelism: false,
});
