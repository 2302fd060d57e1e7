import { background, blur, blackOnWhite, lowResolution, noise, type Effect } from './effects.js';
import type { Hand } from './pen.js';

/** Where digits come from: whose hand, and what takes the picture. */
export interface Domain {
  readonly hand: Hand;
  readonly effect?: Effect;
}

const PLAIN: Hand = {
  radius: [1.15, 0.18],
  shear: [0.06, 0.1],
  rotation: [0, 4],
  height: [19, 0.8],
  wobble: 0.036,
};

/** The domains of `digits:`; `plain` is what the others are shifts of. */
export const DOMAINS: Readonly<Record<string, Domain>> = {
  plain: { hand: PLAIN },
  thin: { hand: { ...PLAIN, radius: [0.36, 0.05] } },
  thick: { hand: { ...PLAIN, radius: [2.9, 0.25] } },
  slanted: { hand: { ...PLAIN, shear: [0.68, 0.12] } },
  blurred: { hand: PLAIN, effect: blur(2, 2.5) },
  noisy: { hand: PLAIN, effect: noise(0.55, 0.2) },
  lowres: { hand: PLAIN, effect: lowResolution(7, 8) },
  inverted: { hand: PLAIN, effect: blackOnWhite },
  background: { hand: PLAIN, effect: background },
  rotated: { hand: { ...PLAIN, rotation: [30, 6] } },
};
