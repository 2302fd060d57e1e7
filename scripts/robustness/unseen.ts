import type { ZooCase } from './cases.js';
import {
  blank,
  coarse,
  drawn,
  jolted,
  letters,
  mixture,
  placed,
  repeated,
  shared,
  shuffledBlocks,
  sideBySide,
  textured,
  wavy,
} from './pictures.js';
import {
  blurred,
  chain,
  dilated,
  eroded,
  grey,
  inverted,
  only,
  otherThings,
  rotated,
  saltAndPepper,
  turned,
  warped,
  type Transform,
} from './transforms.js';

const same: Transform = (dataset) => dataset;
const upsideDown = turned('rotate180');

/** A third set of cases, made when the battery's checks were already what they were. */
const SHIFTS: Record<string, Transform> = {
  // Meant to fail.
  'squares of 4 in another order': shuffledBlocks(4),
  'squares of 7 in another order': shuffledBlocks(7),
  'checkerboard of squares of 4': drawn((v, i, j) =>
    (Math.floor(i / 4) + Math.floor(j / 4)) % 2 ? 0 : v,
  ),
  'checkerboard inverted': drawn((v, i, j) =>
    (Math.floor(i / 7) + Math.floor(j / 7)) % 2 ? 1 - v : v,
  ),
  'moved by 8 pixels': placed((i, j) => [i + 8, j - 8]),
  'wrapped by half': placed((i, j, H, W) => [(i + H / 2) % H, (j + W / 2) % W]),
  'heavy blur': blurred(40),
  'salt and pepper 40 %': saltAndPepper(0.2),
  'strong waves': wavy(3.5),
  'strong texture': textured(1),
  'a quarter, enlarged': warped((x, y) => [x / 2 - 7, y / 2 - 7]),
  'two side by side': sideBySide,
  'three classes at 20:1': shared([0, 20, 0, 0, 1, 0, 0, 1]),
  'four classes, thick': chain(only(0, 1, 2, 3), dilated),
  'one class, moved': chain(
    only(8),
    placed((i, j) => [i - 2, j + 2]),
  ),
  'two classes, rotated 30': chain(only(4, 9), rotated(30)),
  'half upside down': mixture(0.5, upsideDown, same),
  'half inverted': mixture(0.5, inverted, same),
  'half other things': mixture(0.5, otherThings, same),
  'any angle': jolted(180, 0),
  'mirrored, thick': chain(turned('mirror'), dilated),
  'on their side, thin': chain(turned('rotate90'), eroded),
  'inverted, half contrast': chain(
    inverted,
    grey((v) => v / 2),
  ),
  'a box over the middle': drawn((v, i, j) => (i > 7 && i < 20 && j > 7 && j < 20 ? 1 : v)),
  'one image repeated': repeated(1),
  'thirty images, twenty times': repeated(30),
  'every image grey': blank(0.5),
  // Meant to do well.
  'waves of a pixel': wavy(1),
  'a little texture': textured(0.4),
  'two grey levels': grey((v) => Number(v > 0.5)),
  'three grey levels': grey((v) => Math.round(2 * v) / 2),
  'gamma 0.5, half contrast': grey((v) => v ** 0.5 / 2),
  'moved by 2 pixels': placed((i, j) => [i + 2, j - 2]),
  'jolted by 20° and 2 pixels': jolted(20, 2),
  'light from one side': drawn((v, _, j) => v * (0.3 + (0.7 * j) / 27)),
  'squares of 2': coarse(2),
  'squares of 3': coarse(3),
  'salt and pepper 12 %': saltAndPepper(0.06),
  'thick, rotated 10': chain(dilated, rotated(10)),
  'thin, noise': chain(eroded, (d, r) => drawn((v, _i, _j, s) => v + 0.2 * s.normal())(d, r)),
  'every fourth row black': drawn((v, i) => (i % 4 ? v : 0)),
  'smaller and slanted': warped((x, y) => [1.25 * x + 0.25 * y, 1.25 * y]),
  'white frame': drawn((v, i, j) => (i < 1 || j < 1 || i > 26 || j > 26 ? 1 : v)),
};

const LOWER = only(0, 1, 2, 3, 4);
const UPPER = only(5, 6, 7, 8, 9);

/** For a model of the digits 0 to 4: `base` is the drawn digits, `mnist` others. */
const half = (base: string, mnist: string): ZooCase[] => {
  const foreign = (name: string, from: string, transform: Transform): ZooCase => ({
    name,
    source: 'half',
    base: from,
    transform,
    foreign: true,
  });
  const known = (name: string, from: string, transform: Transform): ZooCase => ({
    name,
    source: 'half',
    base: from,
    transform,
  });
  return [
    foreign('5 to 9, thick', base, chain(UPPER, dilated)),
    foreign('5 to 9, slanted', base, chain(UPPER, SHIFTS['smaller and slanted']!)),
    foreign('5 to 9 of MNIST', mnist, UPPER),
    foreign('letters', base, letters),
    known('0 to 4, jolted', base, chain(LOWER, jolted(20, 2))),
    known('0 to 4, squares of 2', base, chain(LOWER, coarse(2))),
    known('0 to 4, thin', base, chain(LOWER, eroded)),
    known('0 to 4 of MNIST', mnist, LOWER),
  ];
};

/** The unseen cases of a source. @param base its own data; `real` are the digits that people wrote */
export function unseenCases(
  source: ZooCase['source'],
  base: string,
  real: { t10k: string; usps: string },
): ZooCase[] {
  if (source === 'half') return half(base, real.t10k);
  if (source === 'weak') return [];
  const of = (name: string, notation: string, transform: Transform): ZooCase => ({
    name,
    source,
    base: notation,
    transform,
  });
  return [
    ...Object.entries(SHIFTS).map(([name, transform]) => of(name, base, transform)),
    { ...of('letters', base, letters), foreign: true },
    ...(source === 'mnist' || source === 'mlp'
      ? [
          of('usps, mirrored', real.usps, turned('mirror')),
          of('usps, jolted', real.usps, jolted(15, 1)),
          of('usps, three classes at 20:1', real.usps, SHIFTS['three classes at 20:1']!),
        ]
      : []),
    ...(source === 'plain' || source === 'dtn' ? [of('usps', real.usps, same)] : []),
  ];
}
