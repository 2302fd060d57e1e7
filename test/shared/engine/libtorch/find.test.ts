import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ensureEngine } from '../../../../src/shared/engine/index.js';
import { libraryFile } from '../../../../src/shared/engine/libtorch/library-file.js';
import { findLibtorch, isUsable } from '../../../../src/shared/engine/libtorch/find.js';
import { silent } from '../../../../src/shared/reporter.js';
import { tempDir } from '../../../fixtures/temp.js';

/** A machine with an empty cache and, unless told otherwise, without python3. */
beforeEach(() => {
  vi.stubEnv('XDG_CACHE_HOME', tempDir());
  vi.stubEnv('PATH', tempDir());
  vi.stubEnv('FEDSHOT_LIBTORCH', '');
  vi.stubEnv('FEDSHOT_ENGINE', 'auto');
});
afterEach(() => vi.unstubAllEnvs());

/** A folder that looks like PyTorch's package. */
function fakeTorch(folder: string, version: string, cuda?: string): string {
  mkdirSync(join(folder, 'lib'), { recursive: true });
  writeFileSync(join(folder, 'lib', libraryFile('torch_cpu')), '');
  if (cuda) writeFileSync(join(folder, 'lib', libraryFile('torch_cuda')), '');
  const lines = [`__version__ = '${version}'`, ...(cuda ? [`cuda = '${cuda}'`] : [])];
  writeFileSync(join(folder, 'version.py'), lines.join('\n'));
  return folder;
}

describe('findLibtorch', () => {
  it('finds nothing on a bare machine', () => {
    expect(findLibtorch()).toEqual([]);
  });

  it('takes the explicit setting instead of what `engine install` keeps', () => {
    const cache = join(process.env.XDG_CACHE_HOME!, 'fedshot', 'engines', 'libtorch-cpu-2.12.0');
    fakeTorch(join(cache, 'torch'), '2.12.0+cpu');
    expect(findLibtorch()).toMatchObject([
      { version: '2.12.0+cpu', cuda: undefined, source: 'fedshot engine install' },
    ]);
    const own = fakeTorch(join(tempDir(), 'torch'), '2.13.0', '13.0');
    vi.stubEnv('FEDSHOT_LIBTORCH', own);
    expect(findLibtorch()).toEqual([
      { folder: join(own, 'lib'), version: '2.13.0', cuda: '13.0', source: 'FEDSHOT_LIBTORCH' },
    ]);
  });

  it.each(['', 'cache'])(
    'keeps engines in the home folder where the cache is set to "%s"',
    (set) => {
      vi.stubEnv('XDG_CACHE_HOME', set);
      vi.stubEnv('HOME', tempDir());
      const cache = join(process.env.HOME!, '.cache', 'fedshot', 'engines', 'libtorch-cpu-2.12.0');
      fakeTorch(join(cache, 'torch'), '2.12.0+cpu');
      expect(findLibtorch()).toHaveLength(1);
    },
  );

  it('refuses a setting that names one that is too old', () => {
    vi.stubEnv('FEDSHOT_LIBTORCH', fakeTorch(join(tempDir(), 'torch'), '2.9.1'));
    expect(() => findLibtorch()).toThrow(/is 2\.9\.1, and 2\.10 or newer is needed/);
  });

  it('takes the lib folder for an answer too', () => {
    const own = fakeTorch(join(tempDir(), 'torch'), '2.13.0');
    vi.stubEnv('FEDSHOT_LIBTORCH', join(own, 'lib'));
    expect(findLibtorch()).toHaveLength(1);
  });

  it('refuses a setting that names a place without one', () => {
    vi.stubEnv('FEDSHOT_LIBTORCH', tempDir());
    expect(() => findLibtorch()).toThrow('FEDSHOT_LIBTORCH: no LibTorch in');
  });
});

describe('isUsable', () => {
  it.each([
    ['2.9.1', false],
    ['1.13.0', false],
    ['2.10.0', true],
    ['2.13.0+cpu', true],
    ['3.0.0', true],
    ['unknown', true],
  ])('of PyTorch %s: %s', (version, usable) => {
    const found = { folder: '', version, cuda: undefined, source: 'python3' } as const;
    expect(isUsable(found)).toBe(usable);
  });
});

describe('ensureEngine', () => {
  it('goes on with wasm, and says in one line why and what to do', async () => {
    const warnings: string[] = [];
    const reporter = { ...silent, warn: (line: string) => void warnings.push(line) };
    expect(await ensureEngine({ reporter })).toMatchObject({ engine: 'wasm', chosen: true });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^Going on with the wasm engine.*pip.*--engine wasm works/s);
  });

  it('fetches nothing where another engine is asked for', async () => {
    vi.stubEnv('FEDSHOT_ENGINE', 'wasm');
    const reporter = { ...silent, warn: () => expect.fail('nothing was to be fetched') };
    expect(await ensureEngine({ reporter })).toMatchObject({ engine: 'wasm' });
  });
});
