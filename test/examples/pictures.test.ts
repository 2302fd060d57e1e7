import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  drawPicture,
  drawPictures,
  PICTURE_DOMAINS,
  SHAPE_NAMES,
} from '../../src/examples/pictures/index.js';
import { tempDir } from '../fixtures/temp.js';

describe('drawn pictures', () => {
  it('there are ten shapes in three domains', () => {
    expect(SHAPE_NAMES).toHaveLength(10);
    expect(PICTURE_DOMAINS).toEqual(['photo', 'sketch', 'poster']);
  });

  it.each(PICTURE_DOMAINS)(
    '%s: same seed, same picture; another seed, another one',
    async (domain) => {
      const picture = await drawPicture(domain, 13, 5, 32);
      expect(picture.shape).toBe(SHAPE_NAMES[3]);
      expect((await drawPicture(domain, 13, 5, 32)).png).toEqual(picture.png);
      expect((await drawPicture(domain, 13, 6, 32)).png).not.toEqual(picture.png);
      expect((await drawPicture(domain, 3, 5, 32)).png).not.toEqual(picture.png);
    },
  );

  it('are a folder for each class, and more of them leave the first as they were', async () => {
    const [few, many] = [join(tempDir(), 'few'), join(tempDir(), 'many')];
    await drawPictures(few, { domain: 'sketch', count: 10, seed: 1, side: 16 });
    await drawPictures(many, { domain: 'sketch', count: 45, seed: 1, side: 16 });
    expect(readdirSync(few)).toEqual([...SHAPE_NAMES]);
    expect(readdirSync(join(few, 'star'))).toEqual(['00008.png']);
    expect(readdirSync(join(many, 'arrow'))).toEqual(
      [0, 10, 20, 30, 40].map((i) => `${String(i).padStart(5, '0')}.png`),
    );
    expect(readdirSync(join(many, 'star'))).toHaveLength(4);
  });

  it('do not mix with what is in a folder already, and leave nothing half-drawn', async () => {
    const dir = tempDir();
    const taken = join(dir, 'taken');
    mkdirSync(taken);
    writeFileSync(join(taken, 'mine.txt'), 'mine');
    const drawing = drawPictures(taken, { domain: 'photo', count: 1, seed: 1, side: 16 });
    await expect(drawing).rejects.toMatchObject({ code: 'io' });
    expect(readdirSync(dir)).toEqual(['taken']);
    expect(existsSync(join(taken, 'mine.txt'))).toBe(true);
  });
});
