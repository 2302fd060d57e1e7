import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { runDemo } from '../../scripts/demo-images/run.js';
import * as fedshot from '../../src/index.js';
import { tempDir } from '../fixtures/temp.js';

describe('demo:images', () => {
  it('draws, trains, publishes, serves, pulls and adapts', async () => {
    const out = join(tempDir(), 'demo');
    const { heldOutAccuracy, sites } = await runDemo(fedshot, {
      out,
      sourcePictures: 40,
      pictures: 20,
      size: 28,
      domains: ['sketch'],
      epochs: 1,
      adaptEpochs: 1,
      seed: 1,
      engine: 'wasm',
      settings: { isolate: 'off' },
    });
    expect(heldOutAccuracy).toBeGreaterThanOrEqual(0);
    expect(sites.map(({ name }) => name)).toEqual(['sketch']);
    for (const { run, bytesReceived } of sites) {
      expect(bytesReceived).toBeGreaterThan(100_000);
      expect(run).toMatchObject({ n: 20, classifierUnchanged: true });
      expect(run.run.verdict.outcome).toMatch(/\w/);
      expect(run.sourceOnlyAccuracy).toBeDefined();
      expect(run.samples?.images.length).toBeGreaterThan(0);
    }
    const star = join(out, 'pictures', 'photo', 'star');
    expect(readdirSync(star)).toHaveLength(4);
    expect(existsSync(join(out, 'provider', 'model', 'F.safetensors'))).toBe(true);
    const png = readFileSync(join(star, readdirSync(star)[0] ?? ''));
    expect(await sharp(png).metadata()).toMatchObject({ width: 64, height: 64, channels: 3 });
  });
});
