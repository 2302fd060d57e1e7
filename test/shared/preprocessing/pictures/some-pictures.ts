import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { PictureSet } from '../../../../src/shared/data/pictures/types.js';
import type { View } from '../../../../src/shared/data/pictures/view.js';
import type { LoadedPictures } from '../../../../src/shared/preprocessing/pictures/index.js';
import { drawing } from '../../data/pictures/drawn.js';

/** A folder of drawn pictures of different sizes, and the set of them. */
export async function somePictures(count: number): Promise<{ folder: string; set: PictureSet }> {
  const folder = mkdtempSync(join(tmpdir(), 'fedshot-pictures-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const refs = [];
  for (let i = 0; i < count; i++) {
    const path = join(folder, `${i}.png`);
    writeFileSync(
      path,
      await drawing(24 + (i % 7), 20 + i)
        .png()
        .toBuffer(),
    );
    utimesSync(path, 1_600_000_000, 1_600_000_000); // a time that can be set again
    refs.push({ decoder: 'raster', path });
  }
  return { folder, set: { source: `images:${folder}`, kind: 'pictures', count, refs } };
}

/** All batches of some requests. */
export async function taken(
  pictures: LoadedPictures,
  requests: Iterable<readonly View[]>,
): Promise<{ pixels: Buffer; kept: number[] }[]> {
  const batches = [];
  for await (const { pixels, kept } of pictures.batches(requests))
    batches.push({ pixels: Buffer.from(pixels), kept: [...kept] });
  return batches;
}
