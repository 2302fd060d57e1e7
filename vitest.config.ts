import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    // LibTorch's and wasm's threads spin: one test process at a time owns the cores.
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    // Commands that run inside a test's own process must not start another one for the allocator.
    env: { GLIBC_TUNABLES: 'glibc.malloc.mxfast=0' },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
