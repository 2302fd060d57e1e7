import sharp from 'sharp';
import { random, type Random } from '../../shared/random.js';
import { SHAPES } from './shapes.js';
import { STYLES } from './styles.js';

/** How the same shapes look: `photo` at the provider, the others at sites. */
export type PictureDomain = keyof typeof STYLES;

export const PICTURE_DOMAINS = Object.keys(STYLES) as PictureDomain[];

/** The classes of drawn pictures, in their order. */
export const SHAPE_NAMES: readonly string[] = Object.keys(SHAPES);

/** A drawn picture, and what is on it. */
export interface DrawnPicture {
  /** One of {@link SHAPE_NAMES}. */
  shape: string;
  png: Buffer;
}

/**
 * Draws picture i of a domain: i mod 10 is its shape. It depends on the domain, the seed and i alone,
 * not on how many there are.
 *
 * @param side in pixels
 */
export async function drawPicture(
  domain: PictureDomain,
  i: number,
  seed: number,
  side: number,
): Promise<DrawnPicture> {
  const own = random('pictures', domain, seed, i);
  const [shape, path] = Object.entries(SHAPES)[i % SHAPE_NAMES.length]!;
  const drawn = STYLES[domain](path, placed(own.fork('place')), own.fork('style'));
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}" viewBox="0 0 100 100">${drawn}</svg>`;
  return { shape, png: await sharp(Buffer.from(svg)).removeAlpha().png().toBuffer() };
}

/** Where a shape stands, how large and how turned: an SVG transform of the square from −1 to 1. */
function placed(own: Random): string {
  const size = 28 + 10 * own.next();
  const reach = 0.6 * (46 - size);
  const at = (): string => (50 + reach * (2 * own.next() - 1)).toFixed(1);
  const turned = 30 * (own.next() - 0.5);
  return `translate(${at()} ${at()}) rotate(${turned.toFixed(1)}) scale(${size.toFixed(2)})`;
}
