import { FedshotError } from '../../shared/errors.js';
import { random, type Random } from '../../shared/random.js';
import { integerOption, usage, type Notation } from '../../shared/data/notation.js';
import type { Dataset } from '../../shared/data/types.js';
import { DOMAINS } from './domains.js';
import { GLYPHS, type Glyph } from './glyphs.js';
import { SIDE, write } from './pen.js';

/** Names of the domains of `digits:`. */
export const DIGIT_DOMAINS: readonly string[] = Object.keys(DOMAINS);

const CLASSES = GLYPHS.map((_, digit) => String(digit));
const MAX_DIGITS = 1_000_000;

/**
 * `digits:DOMAIN[?n=2000&seed=0]`: digits drawn from stroke models, each block of ten samples one of
 * every class. Sample i depends on the domain, the seed and i alone, not on n.
 *
 * @returns images `[1, 28, 28]`; `[3, 28, 28]` for `background`
 * @throws FedshotError `usage`, `data`
 */
export function drawDigits(notation: Notation): Dataset {
  const { source, path: name } = notation;
  const domain = Object.hasOwn(DOMAINS, name) ? DOMAINS[name] : undefined;
  if (!domain) throw usage(source, `unknown domain "${name}"`, `it is ${DIGIT_DOMAINS.join(', ')}`);
  const count = integerOption(notation, 'n', 2000);
  const seed = integerOption(notation, 'seed', 0);
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
