import { FedshotError } from '../../shared/errors.js';
import { random, type Random } from '../../shared/random.js';
import type { Dataset } from '../../shared/data/index.js';
import { DOMAINS } from './domains.js';
import { GLYPHS, type Glyph } from './glyphs.js';
import { SIDE, write } from './pen.js';

/** Names of the domains of `digits:`. */
export const DIGIT_DOMAINS: readonly string[] = Object.keys(DOMAINS);

const CLASSES = GLYPHS.map((_, digit) => String(digit));
const MAX_DIGITS = 1_000_000;

/**
 * Draws digits, each block of ten samples one of every class. Sample i depends on the domain, the seed
 * and i alone, not on how many there are.
 *
 * @param source the notation, for messages
 * @param name of a domain
 * @returns images `[1, 28, 28]`; `[3, 28, 28]` for `background`
 * @throws FedshotError `usage`, `data`, `limit`
 */
export function drawDigits(source: string, name: string, count: number, seed: number): Dataset {
  const domain = Object.hasOwn(DOMAINS, name) ? DOMAINS[name] : undefined;
  if (!domain)
    throw new FedshotError('usage', `data "${source}": unknown domain "${name}"`, {
      hint: `it is ${DIGIT_DOMAINS.join(', ')}`,
    });
  if (count === 0) throw new FedshotError('data', `data "${source}": no samples`);
  if (count > MAX_DIGITS)
    throw new FedshotError('limit', `data "${source}": n=${count} is above ${MAX_DIGITS}`);

  const root = random('digits', name, seed);
  const labels = new Int32Array(count);
  let x = new Float32Array(0);
  for (let i = 0; i < count; i++) {
    if (i % 10 === 0) labels.set(block(root, i / 10).subarray(0, count - i), i);
    const own = root.fork('sample', i);
    const written = write(choose(GLYPHS[labels[i]!]!, own), domain.hand, own);
    const image = domain.effect ? domain.effect(written, own) : written;
    if (i === 0) x = new Float32Array(count * image.length);
    x.set(image, i * image.length);
  }
  const shape = [x.length / count / (SIDE * SIDE), SIDE, SIDE];
  return { source, kind: 'image', shape, count, x, labels, classNames: CLASSES };
}

const block = (root: Random, index: number): Int32Array =>
  root.fork('classes', index).permutation(GLYPHS.length);

function choose(glyphs: readonly Glyph[], random: Random): Glyph {
  let left = random.next() * glyphs.reduce((sum, { weight }) => sum + weight, 0);
  return glyphs.find(({ weight }) => (left -= weight) < 0) ?? glyphs[0]!;
}
