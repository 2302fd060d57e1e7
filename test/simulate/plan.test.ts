import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeRunFolder, prepareFolder } from '../../src/simulate/folder.js';
import { plan, shareCores } from '../../src/simulate/plan.js';
import { pool } from '../../src/simulate/pool.js';

const options = { sites: 3, samples: 200, testSamples: 100, seed: 1, out: 'out' };

describe('plan', () => {
  it('gives every site a domain, a folder and digits that no other site draws', () => {
    const sites = plan({ ...options, sites: 8 });
    expect(new Set(sites.map((site) => site.home)).size).toBe(8);
    expect(new Set(sites.flatMap((site) => [site.data, site.test])).size).toBe(16);
    expect(sites.slice(0, 3).map((site) => site.domain)).toEqual(['thin', 'slanted', 'noisy']);
    expect(sites[0]!.data).toMatch(/^digits:thin\?n=200&seed=\d+$/);
    expect(sites[0]!.test).toMatch(/^digits:thin\?n=100&seed=\d+$/);
  });

  it('repeats the domains when they are fewer than the sites', () => {
    const sites = plan({ ...options, domains: ['noisy', 'thin'] });
    expect(sites.map((site) => site.domain)).toEqual(['noisy', 'thin', 'noisy']);
  });

  it('refuses an unknown domain by name', () => {
    expect(() => plan({ ...options, domains: ['thin', 'cursive'] })).toThrow('"cursive"');
  });
});

describe('shareCores', () => {
  it.each([
    [2, 3, { atOnce: 2, threads: 1 }],
    [8, 3, { atOnce: 3, threads: 2 }],
    [1, 3, { atOnce: 1, threads: 1 }],
    [4, 1, { atOnce: 1, threads: 4 }],
  ])('%i cores for %i sites', (cores, sites, share) => {
    expect(shareCores(cores, sites)).toEqual(share);
  });
});

describe('pool', () => {
  it('works on at most so many at once and keeps the order', async () => {
    let now = 0;
    let most = 0;
    const results = await pool([5, 1, 3, 2], 2, async (n) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, n));
      now--;
      return n * 10;
    });
    expect(results).toEqual([50, 10, 30, 20].map((value) => ({ value })));
    expect(most).toBe(2);
  });

  it('a failure is one result: the others are worked on all the same', async () => {
    const work = (n: number): Promise<number> =>
      n === 2 ? Promise.reject(new Error('two')) : Promise.resolve(n * 10);
    expect(await pool([1, 2, 3, 4], 1, work)).toEqual([
      { value: 10 },
      { error: new Error('two') },
      { value: 30 },
      { value: 40 },
    ]);
  });

  it('begins nothing after an abort, and says why', async () => {
    const [begun, stop]: [number[], AbortController] = [[], new AbortController()];
    const work = (n: number): Promise<number> => {
      begun.push(n);
      if (n === 2) stop.abort(new Error('stopped'));
      return Promise.resolve(n);
    };
    const stopped = { error: new Error('stopped') };
    expect(await pool([1, 2, 3, 4], 1, work, stop.signal)).toEqual([
      ...[{ value: 1 }, { value: 2 }],
      ...[stopped, stopped],
    ]);
    expect(begun).toEqual([1, 2]);
  });
});

describe('prepareFolder', () => {
  const folder = (): string => mkdtempSync(join(tmpdir(), 'fedshot-'));

  it('makes a folder, and takes one that is empty', () => {
    const out = join(folder(), 'new');
    prepareFolder(out, { seed: 1 });
    expect(readdirSync(out)).toEqual(['simulation.json']);
    prepareFolder(folder(), { seed: 1 });
  });

  it('refuses the folder of an earlier simulation, and deletes nothing of it', () => {
    const out = folder();
    prepareFolder(out, { seed: 1 });
    writeFileSync(join(out, 'result.json'), '{}');
    expect(() => prepareFolder(out, { seed: 2 })).toThrow(/holds other files/);
    expect(readdirSync(out).sort()).toEqual(['result.json', 'simulation.json']);
  });

  it('refuses a folder with files of another kind and leaves them alone', () => {
    const out = folder();
    writeFileSync(join(out, 'thesis.tex'), '');
    expect(() => prepareFolder(out, {})).toThrow(/holds other files/);
    expect(existsSync(join(out, 'thesis.tex'))).toBe(true);
  });
});

describe('makeRunFolder', () => {
  it('gives each run a folder of its own, also two of the same second', () => {
    const parent = join(mkdtempSync(join(tmpdir(), 'fedshot-')), 'demo');
    const now = new Date('2026-11-27T14:02:31.250Z');
    const made = [makeRunFolder(parent, now), makeRunFolder(parent, now)];
    expect(made).toEqual([
      join(parent, '2026-11-27T14-02-31Z'),
      join(parent, '2026-11-27T14-02-31Z-2'),
    ]);
    expect(readdirSync(parent)).toHaveLength(2);
  });
});
