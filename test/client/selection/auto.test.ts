import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { memory } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Adapted, AutoOptions } from '../../../src/client/adaptation/types.js';
import { adaptAuto } from '../../../src/client/selection/auto.js';
import { candidateNames } from '../../../src/client/selection/candidates.js';
import * as data from '../../../src/shared/data/index.js';
import { FedshotError } from '../../../src/shared/errors.js';
import { encodeState } from '../../../src/shared/model/state.js';
import { silent, type Reporter } from '../../../src/shared/reporter.js';
import { quick } from '../../fixtures/adapt-options.js';
import { tempDir } from '../../fixtures/temp.js';
import { tinyRelease } from '../../fixtures/tiny-release.js';

vi.mock('../../../src/shared/data/index.js', async (original) => {
  const real = await original<typeof data>();
  return { ...real, loadSamples: vi.fn(real.loadSamples) };
});
const reads = vi.mocked(data.loadSamples);
beforeEach(() => void reads.mockClear());

const model = tinyRelease('auto');
const auto = (work: string, more: Partial<AutoOptions> = {}) =>
  adaptAuto(model, { name: 'auto', version: 1, digest: 'd' }, work, {
    ...quick,
    force: true,
    ...more,
  });

/** Counts the trainings that are begun, and stops the one of this number in its second epoch. */
function watched(stopIn = Infinity) {
  const stop = new AbortController();
  const seen = { trained: 0, notes: [] as string[] };
  const reporter: Reporter = {
    ...silent,
    note: (line) => void seen.notes.push(line),
    task: () => {
      seen.trained++;
      let steps = 0;
      const advance = (by = 1): void => {
        steps += by;
        if (seen.trained === stopIn && steps > 4)
          stop.abort(new FedshotError('interrupted', 'stop'));
      };
      return { advance, done: () => undefined };
    },
  };
  return { seen, options: { reporter, signal: stop.signal } };
}

/** An `auto` that is stopped while `nrc`, the third that trains, is in its second epoch. */
async function interrupted(work: string, more: Partial<AutoOptions> = {}): Promise<void> {
  const run = auto(work, { ...watched(3).options, ...more });
  await expect(run).rejects.toMatchObject({ code: 'interrupted' });
}

/** All but how long it took. */
const timeless = ({ result, state, tried, ...rest }: Adapted) => ({
  ...rest,
  state: encodeState(state),
  tried: encodeState(tried),
  result: JSON.parse(
    JSON.stringify(result, (key, value: unknown) => (key === 'seconds' ? 0 : value)),
  ) as unknown,
});

describe('adaptAuto', () => {
  it('reads the samples once for all methods, and tries each that may be tried', async () => {
    const { result } = await auto(tempDir(), { test: 'digits:thick?n=20&seed=2' });
    expect(reads.mock.calls.map(([source]) => source)).toEqual([
      'digits:thick?n=40',
      'digits:thick?n=20&seed=2',
    ]);
    expect(result.choice!.candidates.map(({ method }) => method)).toEqual(candidateNames());
    expect(result.method).toBe(result.choice!.method);
    expect(result.choice!.why).toContain(result.method);
  });

  it('runs what the time allows, at least two', async () => {
    const { seen, options } = watched();
    let now = 0;
    const clock = () => (now += 400);
    const { result } = await auto(tempDir(), { ...options, budget: 1, clock });
    expect(result.choice!.candidates.map(({ method }) => method)).toEqual(['source', 'bn']);
    expect(seen.notes).toContain('shot: no time left');
  });

  it('frees all that it had on the engine, also where it is stopped', async () => {
    await auto(tempDir());
    const { numTensors, numDataBuffers } = memory();
    await auto(tempDir());
    await interrupted(tempDir());
    await expect(auto(tempDir(), { prior: '/no/such.json' })).rejects.toBeInstanceOf(FedshotError);
    expect(memory()).toMatchObject({ numTensors, numDataBuffers });
  });
});

describe('an interrupted auto', () => {
  it('goes on with the method it was at, to the same bits as an undisturbed one', async () => {
    const whole = await auto(tempDir());
    const work = tempDir();
    await interrupted(work);
    const left = candidateNames().map((name) =>
      existsSync(join(work, name)) ? readdirSync(join(work, name)) : [],
    );
    const [finished, begun] = [['.finished.safetensors'], ['.checkpoint.safetensors']];
    expect(left).toEqual([finished, finished, finished, finished, begun, [], []]);
    reads.mockClear();
    const { seen, options } = watched();
    const resumed = await auto(work, { ...options, resume: true });
    expect(seen.trained).toBe(3); // nrc from its checkpoint, shot++, aad
    expect(reads).toHaveBeenCalledTimes(1);
    expect(timeless(resumed)).toEqual(timeless(whole));
    expect(timeless(await auto(work, { resume: true }))).toEqual(timeless(whole));
  });

  it('counts the time that the finished methods took', async () => {
    const work = tempDir();
    let now = 0;
    await interrupted(work, { clock: () => (now += 2000) });
    const { seen, options } = watched();
    const { result } = await auto(work, { ...options, resume: true, budget: 8 });
    expect(seen).toMatchObject({ trained: 0 });
    expect(seen.notes).toContain('nrc: no time left');
    expect(result.seconds).toBeGreaterThanOrEqual(8);
  });

  it('is not gone on with under other settings, nor from what is damaged, and can start anew', async () => {
    const work = tempDir();
    await interrupted(work);
    await expect(auto(work, { resume: true, seed: 8 })).rejects.toMatchObject({ code: 'usage' });
    const file = join(work, 'bn/.finished.safetensors');
    writeFileSync(file, readFileSync(file).subarray(0, -4));
    await expect(auto(work, { resume: true })).rejects.toMatchObject({ code: 'format' });
    await expect(auto(work)).resolves.toBeDefined();
  });
});
