import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

// The last one: a process has one engine.
describe('startEngine', () => {
  it('passes over what does not load, aloud, and loads one engine for all who ask', async () => {
    const warnings: string[] = [];
    const reporter = { ...silent, warn: (line: string) => void warnings.push(line) };
    const options = { threads: 1, reporter };
    const [first, second] = [startEngine(options), startEngine(options)];
    const other = startEngine({ engine: 'libtorch' });
    await expect(other).rejects.toThrow(/already runs in this process/);
    expect(await second).toBe(await first);
    expect((await first).name).not.toBe('libtorch');
    // Where the next is WebAssembly, a second line says that it is slow.
    const passed = warnings.filter((line) => line.startsWith('passing over'));
    expect(passed).toEqual([expect.stringMatching(/^passing over the libtorch engine: cannot/)]);
    // The first may run on a GPU where there is one.
    const onGpu = (await first).device.startsWith('cuda');
    const [own, another] = onGpu ? (['cuda', 'cpu'] as const) : (['cpu', 'cuda'] as const);
    const refused = new RegExp(`on ${another} was asked for`);
    await expect(startEngine({ device: another })).rejects.toThrow(refused);
    expect(await startEngine({ device: own })).toBe(await first);
  });
});
