import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { silent } from '../../src/shared/reporter.js';
import { simulate, type Simulated } from '../../src/simulate/index.js';
import { tempDir } from '../fixtures/temp.js';

const program = join(import.meta.dirname, 'fake-world.mjs');

function run(ends: string, out = join(tempDir(), 'run')): Promise<Simulated> {
  process.env.FAKE_ENDS = ends;
  return simulate({
    sites: 4,
    source: 'plain',
    arch: 'lenet',
    sourceSamples: 10,
    samples: 3,
    testSamples: 3,
    epochs: 1,
    adaptEpochs: 1,
    seed: 1,
    cores: 2,
    reporter: silent,
    program,
    out,
    signal: new AbortController().signal,
  });
}
afterEach(() => {
  delete process.env.FAKE_ENDS;
});

describe('a simulation of which sites fail', () => {
  it('ends with the results of the others, and the cause of each that has none', async () => {
    const { result, runs } = await run('site-2:kill,site-4:error');
    expect(result.sites.map(({ name }) => name)).toEqual(['site-1', 'site-3']);
    expect(runs.map(({ name }) => name)).toEqual(['site-1', 'site-3']);
    expect(result.failed).toEqual([
      {
        name: 'site-2',
        domain: 'slanted',
        error: { code: 'internal', message: expect.stringContaining('SIGKILL') as string },
      },
      {
        name: 'site-4',
        domain: 'blurred',
        error: {
          code: 'io',
          message: 'site-4 (blurred): the disk is full',
          hint: 'make room',
        },
      },
    ]);
    const written = readFileSync(join(result.out, 'result.json'), 'utf8');
    expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(result)));
  });

  it('has a result also where all of them fail', async () => {
    const { result } = await run('site-1:kill,site-2:kill,site-3:kill,site-4:kill');
    expect(result.sites).toEqual([]);
    expect(result.failed).toHaveLength(4);
  });

  it('a verdict that is not "ok" is a result, whatever its exit code', async () => {
    const { result } = await run('site-3:verdict');
    expect(result.failed).toBeUndefined();
    expect(result.sites.map(({ verdict }) => verdict)).toEqual(['ok', 'ok', 'refuse', 'ok']);
  });

  it('names no failed sites where all finish', async () => {
    const { result } = await run('');
    expect(result).not.toHaveProperty('failed');
    expect(result.sites).toHaveLength(4);
  });

  it('never touches what an earlier run left', async () => {
    const { result } = await run('');
    const before = readFileSync(join(result.out, 'result.json'));
    await expect(run('', result.out)).rejects.toMatchObject({ code: 'usage' });
    expect(readFileSync(join(result.out, 'result.json')).equals(before)).toBe(true);
  });
});
