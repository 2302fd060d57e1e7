import type { Environment } from '../settings.js';

const VARIABLE = 'GLIBC_TUNABLES';

/**
 * LibTorch aligns every tensor to 64 bytes. glibc cuts what sticks out off each block and keeps the
 * scraps in caches for small requests, where they no longer merge with their neighbours: the holes
 * that a step leaves are a few bytes too small for the next one. The heap then grows by megabytes
 * per step and each step faults in new pages (lenet: 14 instead of 10 ms). Without those caches it
 * stays flat. Huge pages (glibc 2.35, where the kernel lends them) spare a step of 15 MB most of its
 * address look-ups. glibc reads this when a process starts, and only then.
 */
const FOR_TENSORS = 'glibc.malloc.tcache_max=24:glibc.malloc.mxfast=0:glibc.malloc.hugetlb=1';

/**
 * What the environment of a process that computes lacks: variables to start it with.
 * Undefined where nothing is missing, or the user has settings of their own, or glibc is not used.
 */
export function allocatorEnvironment(env: Environment): Record<string, string> | undefined {
  const present = env[VARIABLE] ?? '';
  if (process.platform !== 'linux' || present.includes('glibc.malloc.')) return undefined;
  return { [VARIABLE]: present ? `${present}:${FOR_TENSORS}` : FOR_TENSORS };
}
