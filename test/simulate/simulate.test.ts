import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { silent } from '../../src/shared/reporter.js';
import { simulate, type SimulateOptions } from '../../src/simulate/index.js';
import { tempDir } from '../fixtures/temp.js';

const options = (out = join(tempDir(), 'out')): SimulateOptions => ({
  sites: 2,
  source: 'plain',
  arch: 'lenet',
  sourceSamples: 600,
  samples: 200,
  testSamples: 50,
  epochs: 3,
  adaptEpochs: 2,
  seed: 2020,
  out,
  cores: 2,
  reporter: silent,
  signal: new AbortController().signal,
});

describe('simulate', () => {
  it('takes a release to two sites, which adapt it to data of their own, and audits all of it', async () => {
    const { result, runs } = await simulate({ ...options(), audit: true });
    expect(result.provider.release).toMatchObject({ name: 'digits', version: 1 });
    expect(result.sites.map(({ name, domain }) => [name, domain])).toEqual([
      ['site-1', 'thin'],
      ['site-2', 'slanted'],
    ]);
    for (const [i, site] of result.sites.entries()) {
      const { run, data } = runs[i]!;
      expect(run.release).toEqual(result.provider.release);
      expect(run.n).toBe(200);
      expect(data).toContain(`digits:${site.domain}`);
      expect(run.confusion!.after.flat().reduce((a, b) => a + b)).toBe(50);
      expect(run.samples!.predicted.length).toBe(50);
      expect(site.classifierUnchanged).toBe(true);
      // F, B and C of a LeNet are 229 thousand float32 and a few headers
      expect(site.bytesReceived).toBeGreaterThan(4 * 229_000);
      expect(site.bytesReceived).toBeLessThan(2 ** 20);
      for (const accuracy of [site.sourceOnlyAccuracy, site.adaptedAccuracy])
        expect(accuracy * 50).toBeCloseTo(Math.round(accuracy * 50), 6);
      expect(site.pseudoLabelAgreement).toBeGreaterThan(0);
      expect(site.pseudoLabelAgreement).toBeLessThanOrEqual(1);
    }
    const claims = result.audit!.claims.map(({ claim, verdict }) => `${verdict} ${claim}`);
    expect(claims.filter((claim) => !claim.startsWith('PASS'))).toEqual([]);
    expect(result.audit).toMatchObject({ verdict: 'PASS', unexplainedBytes: 0 });
    const written = JSON.parse(readFileSync(join(result.out, 'result.json'), 'utf8')) as unknown;
    expect(written).toEqual(result);
  }, 180_000);

  it("passes a process's own refusal on, with its code and the process's name", async () => {
    const failure = simulate({ ...options(), source: 'cursive' });
    await expect(failure).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/^provider: .*cursive/) as unknown,
    });
  });
});
