import {
  blurred,
  chain,
  dilated,
  eroded,
  grey,
  imbalanced,
  interleaved,
  inverted,
  noiseOnly,
  only,
  otherThings,
  outlines,
  permuted,
  rotated,
  saltAndPepper,
  scrambled,
  stripes,
  turned,
  warped,
  type Transform,
} from './transforms.js';
import { unseenCases } from './unseen.js';

/** `fresh` and `unseen` cases had no part in setting the battery's limits; the latter are newer. */
export const SETS = ['tuned', 'fresh', 'unseen'] as const;
export type SetName = (typeof SETS)[number];
/** Released models; `mlp` and `dtn` are of other architectures than the one that limits were set with. */
export const SOURCES = ['plain', 'mnist', 'usps', 'half', 'weak', 'mlp', 'dtn'] as const;
export type SourceName = (typeof SOURCES)[number];
export const isReal = (source: SourceName): boolean => ['mnist', 'usps', 'mlp'].includes(source);

/** One situation: a released model, and what arrives at a site. */
export interface ZooCase {
  name: string;
  source: SourceName;
  /** Notation of the data that is transformed. */
  base: string;
  transform: Transform;
  /** Samples at the site. */
  n?: number;
  /** Its classes are none of the model's, so that no answer is right: written without labels, scored 0. */
  foreign?: boolean;
}

const DIGITS = '../shared/data/digits';
const idx = (name: string): string =>
  `idx:${DIGITS}/${name}-images-idx3-ubyte.gz,${DIGITS}/${name}-labels-idx1-ubyte.gz`;
export const REAL = {
  mnist: idx('mnist10k-train'),
  t10k: idx('t10k'),
  usps: idx('usps28-train'),
  uspsTest: idx('usps28-test'),
};

const same: Transform = (dataset) => dataset;
const noise = (deviation: number): Transform => grey((v, r) => v + deviation * r.normal());

const DRAWN = 'digits:plain?n=3000&seed=5';

/** What is done to data like the released model's own. */
const SHIFTS: Record<string, Transform> = {
  // Meant to fail.
  inverted,
  'wrong scale (a tenth of the grey levels)': grey((v) => v / 10),
  'rotated 90': turned('rotate90'),
  'rotated 180': turned('rotate180'),
  'rotated 270': turned('rotate270'),
  transposed: turned('transpose'),
  mirrored: turned('mirror'),
  'four classes': only(1, 4, 6, 9),
  'one class': only(3),
  'two classes': only(2, 7),
  'imbalance 12:1': imbalanced(12),
  'shuffled pixels': permuted,
  'wrong channel order': interleaved,
  'noise only': noiseOnly,
  'other things': otherThings,
  'heavy noise': noise(0.9),
  // Meant to do well.
  'same domain': same,
  'noise 0.3': noise(0.3),
  'half contrast': grey((v) => v / 2),
  'grey background': grey((v) => 0.4 + 0.6 * v),
  'rotated 20': rotated(20),
  'rotated -25': rotated(-25),
  slanted: warped((x, y) => [x + 0.4 * y, y]),
  larger: warped((x, y) => [x / 1.25, y / 1.25]),
  smaller: warped((x, y) => [x * 1.35, y * 1.35]),
  narrow: warped((x, y) => [x * 1.6, y]),
  moved: warped((x, y) => [x - 3, y + 2]),
  thick: dilated,
  blurred: blurred(4),
  'thick and slanted': chain(
    dilated,
    warped((x, y) => [x - 0.35 * y, y]),
  ),
  thin: eroded,
  'thin, half contrast': chain(
    eroded,
    grey((v) => v / 2),
  ),
};

/** Not looked at while the battery's limits were set. */
const FRESH: Record<string, Transform> = {
  // Meant to fail.
  'upside down': turned('flip'),
  'three classes': only(0, 5, 8),
  'imbalance 40:1': imbalanced(40),
  'a twentieth of the grey levels': grey((v) => v / 20),
  'quarters in another order': scrambled,
  stripes,
  'inverted and mirrored': chain(inverted, turned('mirror')),
  'rotated 135': rotated(135),
  'a detail, three times enlarged': warped((x, y) => [x / 3, y / 3]),
  'half the pixels dead or stuck': saltAndPepper(0.25),
  // Meant to do well.
  'rotated 12': rotated(12),
  'slanted backwards': warped((x, y) => [x - 0.45 * y, y]),
  wide: warped((x, y) => [x * 0.75, y]),
  flat: warped((x, y) => [x, y * 1.5]),
  'a third of the contrast': grey((v) => v / 3),
  'gamma 0.4': grey((v) => v ** 0.4),
  'gamma 3': grey((v) => v ** 3),
  'black and white': grey((v) => Number(v > 0.35)),
  'some dead pixels': saltAndPepper(0.04),
  'blurred and thick': chain(dilated, blurred(3)),
  'small and moved': warped((x, y) => [x * 1.25 - 2, y * 1.25 + 1]),
  'noisy grey background': chain(
    grey((v) => 0.25 + 0.75 * v),
    noise(0.1),
  ),
  outlines,
};

const LOWER = only(0, 1, 2, 3, 4);

/** For a model that knows the digits 0 to 4 alone. */
const HALF: Pick<ZooCase, 'name' | 'transform' | 'foreign'>[] = [
  { name: 'five other classes', transform: only(5, 6, 7, 8, 9), foreign: true },
  { name: 'thick', transform: chain(LOWER, dilated) },
  { name: 'half contrast, noise', transform: chain(LOWER, SHIFTS['half contrast']!, noise(0.2)) },
];

const DOMAINS = [
  'thin',
  'thick',
  'slanted',
  'blurred',
  'noisy',
  'lowres',
  'inverted',
  'background',
  'rotated',
];

/** Every case of a source in a set. */
export function casesOf(source: SourceName, set: SetName): ZooCase[] {
  const fresh = set === 'fresh';
  const base = {
    mnist: REAL.t10k,
    usps: REAL.mnist,
    plain: DRAWN,
    half: DRAWN,
    weak: DRAWN,
    mlp: REAL.t10k,
    dtn: DRAWN,
  }[source];
  if (set === 'unseen') return unseenCases(source, base, REAL);
  const of = (shifts: Record<string, Transform>): ZooCase[] =>
    Object.entries(shifts).map(([name, transform]) => ({ name, source, base, transform }));
  const from = (name: string, notation: string, transform = same): ZooCase => ({
    name,
    source,
    base: notation,
    transform,
  });
  const small: ZooCase = { ...from('thick, 20 samples', base, dilated), n: 20 };
  if (source === 'half') return fresh ? HALF.map((one) => ({ ...one, source, base })) : [];
  if (source === 'weak')
    return fresh ? of({ 'same domain': same, thick: dilated, moved: SHIFTS.moved! }) : [];
  if (fresh)
    return [
      ...of(FRESH),
      ...(source === 'mnist' || source === 'mlp'
        ? [
            from('usps', REAL.usps),
            from('usps, five classes', REAL.usps, only(0, 2, 4, 6, 8)),
            from('usps, imbalance 12:1', REAL.usps, imbalanced(12)),
            from('drawn digits', 'digits:plain?n=3000'),
          ]
        : []),
      ...(source === 'plain' || source === 'dtn' ? [from('mnist', REAL.t10k), small] : []),
    ];
  const domains = DOMAINS.map((name) => from(`digits:${name}`, `digits:${name}?n=3000`));
  return [
    ...(source === 'plain' ? domains : []),
    ...(source === 'usps' ? [from('mnist', REAL.mnist)] : [small]),
    ...of(SHIFTS),
  ];
}
