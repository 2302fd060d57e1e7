import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { asFedshotError } from '../../shared/errors.js';
import { makeFolder, temporaryPath } from '../../shared/files.js';
import { drawPicture, SHAPE_NAMES, type PictureDomain } from './draw.js';

export interface DrawOptions {
  domain: PictureDomain;
  /** How many, as many of each shape. */
  count: number;
  /** Another seed draws other pictures. */
  seed: number;
  /** In pixels. */
  side: number;
}

/** Pictures that are drawn before some are written: libvips draws on several threads. */
const AT_ONCE = 32;

/**
 * Draws pictures into a new folder, one folder per class as `images:` reads them: `DIR/star/00008.png`.
 * The folder is there whole or not at all.
 *
 * @throws FedshotError `io`, also where the folder has something in it
 */
export async function drawPictures(
  dir: string,
  { domain, count, seed, side }: DrawOptions,
): Promise<void> {
  const temporary = temporaryPath(dir);
  try {
    for (const name of SHAPE_NAMES) makeFolder(join(temporary, name));
    for (let from = 0; from < count; from += AT_ONCE) {
      const numbers = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, k) => from + k);
      const drawn = await Promise.all(numbers.map((i) => drawPicture(domain, i, seed, side)));
      drawn.forEach(({ shape, png }, k) => {
        const name = `${String(from + k).padStart(5, '0')}.png`;
        writeFileSync(join(temporary, shape, name), png, { flag: 'wx' });
      });
    }
    makeFolder(dirname(dir));
    renameSync(temporary, dir);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw asFedshotError(error, 'io', `cannot draw pictures into ${dir}`);
  }
}
