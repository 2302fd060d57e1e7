import { background, blur, invert, lowResolution, noise, type Effect } from './effects.js';
import type { Hand } from './pen.js';

/** Where digits come from: whose hand, and what takes the picture. */
export interface Domain {
  readonly hand: Hand;
  readonly effect?: Effect;
}

const PLAIN: Hand = {
  radius: [1.15, 0.18],
  ink: [1, 0],
  shear: [0.06, 0.1],
  rotation: [0, 4],
  height: [19, 0.8],
  wobble: 0.036,
};

/** The domains of `digits:`; `plain` is what the others are shifts of. */
export const DOMAINS: Readonly<Record<string, Domain>> = {
  plain: { hand: PLAIN },
  thin: { hand: { ...PLAIN, radius: [0.3, 0.05], ink: [0.6, 0.1] } },
  thick: { hand: { ...PLAIN, radius: [2.7, 0.25] } },
  slanted: { hand: { ...PLAIN, shear: [0.7, 0.12] } },
  blurred: { hand: PLAIN, effect: blur(1.8, 2.4) },
  noisy: { hand: PLAIN, effect: noise(0.35, 0.1) },
  lowres: { hand: PLAIN, effect: lowResolution(6, 8) },
  inverted: { hand: PLAIN, effect: invert },
  background: { hand: PLAIN, effect: background },
  rotated: { hand: { ...PLAIN, rotation: [35, 6] } },
};
