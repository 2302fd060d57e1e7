import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { engineNeeds } from '../../../src/shared/engine/index.js';
import { libraryFile } from '../../../src/shared/engine/libtorch/library-file.js';
import { tempDir } from '../../fixtures/temp.js';

/** A folder that looks like PyTorch's package. */
function fakeTorch(folder: string): string {
  mkdirSync(join(folder, 'lib'), { recursive: true });
  writeFileSync(join(folder, 'lib', libraryFile('torch_cpu')), '');
  writeFileSync(join(folder, 'version.py'), `__version__ = '2.13.0'\n`);
  return folder;
}

/** A machine with no more than this. */
const machine = (more: Record<string, string> = {}) => ({
  XDG_CACHE_HOME: tempDir(),
  PATH: tempDir(),
  GLIBC_TUNABLES: 'glibc.malloc.mxfast=0',
  ...more,
});

describe('engineNeeds', () => {
  it('is nothing on a bare machine', () => {
    for (const engine of ['auto', 'libtorch', 'wasm'])
      expect(engineNeeds({ engine }, machine())).toMatchObject({ env: {}, restart: false });
  });

  it('is the folder of engines, and its setting, whatever is asked for', () => {
    const folder = tempDir();
    const env = machine({ FEDSHOT_ENGINES: folder });
    for (const engine of ['auto', 'tensorflow', 'wasm']) {
      const needs = engineNeeds({ engine }, env);
      expect(needs.read).toContain(folder);
      expect(needs.env).toEqual({ FEDSHOT_ENGINES: folder });
    }
  });

  it('is the PyTorch that would be taken, where it may be', () => {
    const torch = fakeTorch(join(tempDir(), 'torch'));
    const env = machine({ FEDSHOT_LIBTORCH: torch });
    expect(engineNeeds({}, env).read).toContain(torch);
    expect(engineNeeds({ engine: 'libtorch' }, env).read).toContain(torch);
    expect(engineNeeds({ engine: 'wasm' }, env).read).not.toContain(torch);
    expect(engineNeeds({}, { ...env, FEDSHOT_ENGINE: 'wasm' }).read).not.toContain(torch);
  });

  it.runIf(process.platform === 'linux')('starts a process that uses it with settings', () => {
    const torch = fakeTorch(join(tempDir(), 'torch'));
    const env = { ...machine({ FEDSHOT_LIBTORCH: torch }), GLIBC_TUNABLES: undefined };
    const needs = engineNeeds({}, env);
    expect(needs.env.GLIBC_TUNABLES).toContain('glibc.malloc.tcache_max');
    expect(needs.restart).toBe(true);
    expect(engineNeeds({ engine: 'wasm' }, env).restart).toBe(false);
  });

  it.skipIf(process.platform === 'win32')('tells inside what python3 said outside', () => {
    const torch = fakeTorch(join(tempDir(), 'torch'));
    const bin = tempDir();
    writeFileSync(join(bin, 'python3'), `#!/bin/sh\necho ${torch}\n`, { mode: 0o755 });
    const env = machine({ PATH: bin });
    const needs = engineNeeds({}, env);
    expect(needs.read).toContain(torch);
    expect(needs.env).toEqual({ FEDSHOT_FOUND_TORCH: torch });
    const inside = { ...env, PATH: tempDir(), ...needs.env };
    expect(engineNeeds({}, inside).read).toContain(torch);
  });

  it('refuses an engine that nobody knows, and a setting that names none', () => {
    expect(() => engineNeeds({ engine: 'abacus' }, machine())).toThrow('unknown engine');
    const env = machine({ FEDSHOT_LIBTORCH: tempDir() });
    expect(() => engineNeeds({}, env)).toThrow('FEDSHOT_LIBTORCH: no LibTorch in');
  });
});
