import type { ImageSpec } from './input.js';
import type { PictureStep } from './steps.js';

/** Mean and deviation of each channel, in grey levels 0..1. */
export interface ChannelNormalisation {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Smaller than this, a picture is resized to what the network takes, without a margin to crop. */
const CROPPED_FROM = 48;

/**
 * The input contract of a network that sees pictures of any size: to RGB or grey, resized whatever the
 * aspect, cropped in the middle, normalised. The margin is that of the object protocol: 256 for 224,
 * 144 for 128.
 *
 * @param shape `[C, H, W]` that the network takes, C being 1 or 3
 */
export function pictureInput(
  [C, H, W]: readonly [number, number, number],
  { mean, std }: ChannelNormalisation = { mean: half(C), std: half(C) },
): ImageSpec {
  const steps: PictureStep[] = [{ step: 'colour', to: C === 1 ? 'grey' : 'rgb' }];
  if (Math.min(H, W) < CROPPED_FROM) steps.push(resizeTo(H, W));
  else steps.push(resizeTo(withMargin(H), withMargin(W)), { step: 'crop', height: H, width: W });
  return { kind: 'image', shape: [C, H, W], mean: [...mean], std: [...std], steps };
}

const half = (C: number): number[] => Array.from({ length: C }, () => 0.5);

const resizeTo = (height: number, width: number): PictureStep => ({
  step: 'resize',
  filter: 'bilinear',
  to: { height, width },
});

/** 8/7 of a side, down to a multiple of eight. */
const withMargin = (side: number): number => 8 * Math.floor(side / 7);
