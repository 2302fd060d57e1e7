import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { prepareFolder } from '../../src/simulate/folder.js';
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
    expect(results).toEqual([50, 10, 30, 20]);
    expect(most).toBe(2);
  });

  it('throws the first failure and begins nothing after it', async () => {
    const begun: number[] = [];
    let failures = 0;
    const work = (n: number): Promise<void> => {
      begun.push(n);
      return n === 2 ? Promise.reject(new Error('two')) : Promise.resolve();
    };
    await expect(pool([1, 2, 3, 4], 1, work, () => failures++)).rejects.toThrow('two');
    expect(begun).toEqual([1, 2]);
    expect(failures).toBe(1);
  });
});

describe('prepareFolder', () => {
  const folder = (): string => mkdtempSync(join(tmpdir(), 'fedshot-'));

  it('makes a folder, and replaces an earlier simulation', () => {
    const out = join(folder(), 'new');
    prepareFolder(out, { seed: 1 });
    writeFileSync(join(out, 'old'), '');
    prepareFolder(out, { seed: 2 });
    expect(readdirSync(out)).toEqual(['simulation.json']);
  });

  it('refuses a folder with files of another kind and leaves them alone', () => {
    const out = folder();
    writeFileSync(join(out, 'thesis.tex'), '');
    expect(() => prepareFolder(out, {})).toThrow(/holds other files/);
    expect(existsSync(join(out, 'thesis.tex'))).toBe(true);
  });
});
