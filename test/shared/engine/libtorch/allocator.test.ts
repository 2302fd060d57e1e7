import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { program } from '../../../../scripts/program.js';
import { listEngines } from '../../../../src/shared/engine/index.js';
import { allocatorEnvironment } from '../../../../src/shared/engine/libtorch/allocator.js';

const linux = process.platform === 'linux';
const present = linux && listEngines().some(({ engine }) => engine === 'libtorch');
if (!present) console.warn('no LibTorch here: the growth of its heap is not tested');

describe.skipIf(!linux)('allocatorEnvironment', () => {
  it('adds to tunables of other kinds', () => {
    expect(allocatorEnvironment({})).toEqual({
      GLIBC_TUNABLES: expect.stringContaining('tcache_max') as string,
    });
    expect(allocatorEnvironment({ GLIBC_TUNABLES: 'glibc.rtld.nns=2' })!.GLIBC_TUNABLES).toMatch(
      /^glibc\.rtld\.nns=2:glibc\.malloc\./,
    );
  });

  it('leaves alone what the user has set, and what it set itself', () => {
    expect(allocatorEnvironment({ GLIBC_TUNABLES: 'glibc.malloc.arena_max=1' })).toBeUndefined();
    expect(allocatorEnvironment(allocatorEnvironment({})!)).toBeUndefined();
  });
});

describe.skipIf(!present)('a process started with allocatorEnvironment', () => {
  it('does not grow by a tensor or more per step', async () => {
    const heap = await program(join(import.meta.dirname, 'heap.ts'));
    const env = { ...process.env, GLIBC_TUNABLES: undefined };
    const out = execFileSync(process.execPath, [heap], {
      env: { ...env, ...allocatorEnvironment(env) },
      encoding: 'utf8',
    });
    // one feature map of the second layer has 819,200 bytes; left alone, glibc grows by twice that
    expect(JSON.parse(out)).toBeLessThan(400_000);
  });
});
