import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startEngine, surveyEngines } from '../../../src/shared/engine/index.js';
import { libraryFile } from '../../../src/shared/engine/libtorch/library-file.js';
import { silent } from '../../../src/shared/reporter.js';
import { tempDir } from '../../fixtures/temp.js';

/** A package that looks like PyTorch's, whose library is none. */
function brokenTorch(folder: string, version = '2.13.0+cpu'): string {
  mkdirSync(join(folder, 'lib'), { recursive: true });
  writeFileSync(join(folder, 'lib', libraryFile('torch_cpu')), 'not a library');
  writeFileSync(join(folder, 'version.py'), `__version__ = '${version}'\n`);
  return folder;
}

let cached: string;
/** A machine whose only LibTorch cannot be loaded. */
beforeEach(() => {
  const cache = tempDir();
  cached = join(cache, 'fedshot', 'engines', 'libtorch-cpu-2.13.0', 'torch');
  brokenTorch(cached);
  vi.stubEnv('XDG_CACHE_HOME', cache);
  vi.stubEnv('PATH', tempDir());
  vi.stubEnv('FEDSHOT_LIBTORCH', '');
  vi.stubEnv('FEDSHOT_ENGINE', 'auto');
});
afterEach(() => vi.unstubAllEnvs());

describe('an engine that is here and does not load', () => {
  it('is an error where it was asked for by name', async () => {
    const failure = { code: 'engine', message: expect.stringContaining('cannot load') as string };
    await expect(startEngine({ engine: 'libtorch' })).rejects.toMatchObject(failure);
    vi.stubEnv('FEDSHOT_ENGINE', 'libtorch');
    await expect(startEngine()).rejects.toMatchObject(failure);
  });

  it('is an error where its folder was named', async () => {
    vi.stubEnv('FEDSHOT_LIBTORCH', brokenTorch(join(tempDir(), 'torch')));
    await expect(startEngine()).rejects.toThrow('cannot load');
  });
});

describe('surveyEngines', () => {
  it('says of each why it is chosen or not', () => {
    const why = (options: Parameters<typeof surveyEngines>[0]) =>
      Object.fromEntries(
        surveyEngines(options)
          .engines.filter(({ engine }) => engine !== 'tensorflow')
          .map((row) => [row.engine, row.why]),
      );
    expect(why({})).toEqual({ libtorch: 'the fastest here', wasm: 'slower' });
    expect(why({ engine: 'wasm' })).toEqual({ libtorch: 'not asked for', wasm: 'asked for' });
  });

  it('says what is missing, and what is too old', () => {
    brokenTorch(cached, '2.9.0');
    expect(surveyEngines({}).missing).toEqual(
      expect.arrayContaining([
        {
          engine: 'libtorch',
          device: 'cpu',
          why: 'the PyTorch of fedshot engine install is 2.9.0, and 2.10 or newer is needed',
        },
        { engine: 'libtorch', device: 'cpu', why: 'not here: fedshot engine install' },
      ]),
    );
  });
});

describe('startEngine', () => {
  it('passes over what does not load, aloud, and loads one engine for all who ask', async () => {
    const warnings: string[] = [];
    const reporter = { ...silent, warn: (line: string) => void warnings.push(line) };
    const options = { threads: 1, reporter };
    const [first, second] = await Promise.all([startEngine(options), startEngine(options)]);
    expect(second).toBe(first);
    expect(first.name).not.toBe('libtorch');
    // Where the next is WebAssembly, a second line says that it is slow.
    const passed = warnings.filter((line) => line.startsWith('passing over'));
    expect(passed).toEqual([expect.stringMatching(/^passing over the libtorch engine: cannot/)]);
    await first.stop();
  });

  it('refuses an engine and a setting that it does not know', async () => {
    const unknown = { code: 'usage', message: 'unknown engine "abacus"' };
    await expect(startEngine({ engine: 'abacus' })).rejects.toMatchObject(unknown);
    const env = { ...process.env, FEDSHOT_ENGINE: 'abacus' };
    await expect(startEngine({ env })).rejects.toMatchObject(unknown);
  });

  it('runs WebAssembly once, with one number of threads, until it is stopped', async () => {
    const first = await startEngine({ engine: 'wasm', threads: 1 });
    expect(await startEngine({ engine: 'wasm' })).toBe(first); // whatever its threads
    await expect(startEngine({ engine: 'wasm', threads: 2 })).rejects.toMatchObject({
      code: 'engine',
      message: 'engine wasm already runs in this process, on cpu with 1 threads',
    });
    await first.stop();
    await first.stop(); // once is enough, twice does no harm
    await expect(first.use(() => 1)).rejects.toThrow('engine wasm was stopped');
    const again = await startEngine({ engine: 'wasm', threads: 2 });
    expect(again.threads).toBe(2);
    expect(await again.use(() => tf.add([1, 2], [3, 4]).array())).toEqual([4, 6]);
    await again.stop();
  });
});
