import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/**
 * Files that want a process of their own, one at a time: they start a tensor engine (its threads spin,
 * and a process has one), or put something else in the place of a module.
 */
const ENGINE = [
  'test/shared/engine/**',
  'test/shared/objective/**',
  'test/shared/parity.test.ts',
  'test/shared/model/card.test.ts',
  'test/shared/model/pytorch.test.ts',
  'test/shared/preprocessing/deslant.test.ts',
  'test/client/{adaptation,methods,target,selection}/**',
  'test/client/pull/releases.test.ts',
  'test/provider/{train,check}/**',
  'test/provider/check.test.ts',
  'test/provider/publish/card.test.ts',
  'test/provider/serve/catalog.test.ts',
  'test/audit/record/proxy.test.ts',
  'test/cli/client/{runs,site,sources}.test.ts',
  'test/cli/provider/{binding,check}.test.ts',
  'test/scripts/torture.test.ts',
  'test/simulate/simulate.test.ts',
].map((glob) => (glob.endsWith('**') ? `${glob}/*.test.ts` : glob));

export default defineConfig({
  test: {
    setupFiles: ['test/setup.ts'],
    pool: 'forks',
    // Commands that run inside a test's own process must not start another one for the allocator.
    env: { GLIBC_TUNABLES: 'glibc.malloc.mxfast=0' },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: ENGINE,
          // Files share the modules of their process: loading those takes longer than most tests do.
          isolate: false,
          maxWorkers: Math.min(Math.max(availableParallelism(), 2), 4),
        },
      },
      {
        extends: true,
        test: { name: 'engine', include: ENGINE, maxWorkers: 1, fileParallelism: false },
      },
    ],
  },
});
