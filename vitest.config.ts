import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/**
 * Files that want a process of their own: an engine by name, another module in a module's place,
 * something registered for all that runs in the process.
 */
const ALONE = [
  'test/**/plugin.test.ts',
  'test/client/prediction/other-sources.test.ts',
  'test/client/methods/define.test.ts',
  'test/client/selection/auto.test.ts',
  'test/shared/model/{freeze,network}.test.ts',
  'test/shared/engine/**/*.test.ts',
  'test/client/adaptation/{adapt-release,adapt-resume,rollback}.test.ts',
  'test/client/pull/releases.test.ts',
  'test/provider/serve/catalog.test.ts',
  'test/audit/record/proxy.test.ts',
  'test/cli/client/{runs,site}.test.ts',
  'test/cli/provider/{binding,check}.test.ts',
  'test/cli/umask.test.ts',
  'test/api/client/trust-warnings.test.ts',
  'test/api/{memory,hospital}.test.ts',
  'test/{package,old-version}.test.ts',
  'test/scripts/{demo-images,torture}.test.ts',
  'test/simulate/simulate.test.ts',
];

/** Files that compute with the engine that fedshot takes by itself: one at a time, in one process. */
const ENGINE = [
  'test/shared/objective/**/*.test.ts',
  'test/shared/parity.test.ts',
  'test/shared/model/{card,pytorch}.test.ts',
  'test/shared/model/networks/pytorch.test.ts',
  'test/shared/preprocessing/deslant.test.ts',
  'test/client/{adaptation,methods,selection,target}/**/*.test.ts',
  'test/provider/check.test.ts',
  'test/provider/train/**/*.test.ts',
  'test/provider/publish/card.test.ts',
  'test/cli/client/sources.test.ts',
];

const workers = Math.min(Math.max(availableParallelism(), 2), 4);

export default defineConfig({
  test: {
    setupFiles: ['test/setup.ts'],
    pool: 'forks',
    env: {
      // Commands that run inside a test's own process must not start another one for the allocator.
      GLIBC_TUNABLES: 'glibc.malloc.mxfast=0',
      // Threads of an engine that wait leave the cores to the other files.
      OMP_WAIT_POLICY: 'PASSIVE',
    },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: [...ENGINE, ...ALONE],
          // Files share the modules of their process: loading those takes longer than most tests do.
          isolate: false,
          maxWorkers: workers,
        },
      },
      { extends: true, test: { name: 'alone', include: ALONE, maxWorkers: workers } },
      {
        extends: true,
        test: {
          name: 'engine',
          include: ENGINE,
          exclude: ALONE,
          isolate: false,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
