import { FedshotError } from '../../errors.js';
import type { Picture } from '../../data/pictures/types.js';
import type { View } from '../../data/pictures/view.js';
import type { PictureStep } from '../steps.js';
import { cut, resample, type Window } from './resample.js';

type Size = Extract<PictureStep, { step: 'resize' }>['to'];
type Crop = Extract<PictureStep, { step: 'crop' }>;

/**
 * Makes of a decoded picture what the contract says, step by step, in 8 bits; the view says where a random
 * crop lies and whether left and right are exchanged, which is done last.
 *
 * @returns `channels × height × width` levels, 0..255
 */
export function applySteps(
  picture: Picture,
  steps: readonly PictureStep[],
  view: Omit<View, 'sample'> = {},
): Uint8Array {
  return planar(stepped(picture, steps, view), view.flip ?? false);
}

/** The same, with the channels of a pixel still side by side, and not yet mirrored. */
export function stepped(
  picture: Picture,
  steps: readonly PictureStep[],
  { crop }: Omit<View, 'sample' | 'flip'> = {},
): Picture {
  let now = picture;
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i]!;
    const next = steps[i + 1];
    if (step.step === 'colour') now = coloured(now, step.to);
    else if (step.step === 'crop') now = cropped(now, step, crop);
    else {
      const [height, width] = resized(now, step.to);
      // what a crop throws away need not be computed
      if (next?.step === 'crop' && next.height <= height && next.width <= width) {
        now = resample(now, height, width, windowOf(height, width, next, crop));
        i++;
      } else now = resample(now, height, width);
    }
  }
  return now;
}

/** Grey to RGB by repetition, RGB to luma as Pillow's `convert("L")` (ITU-R BT.601, 16 bits). */
export function coloured(picture: Picture, to: 'rgb' | 'grey'): Picture {
  const { width, height, channels, data: source } = picture;
  if (channels === (to === 'rgb' ? 3 : 1)) return picture;
  const pixels = width * height;
  if (to === 'rgb') {
    const data = new Uint8Array(3 * pixels);
    for (let i = 0, at = 0; i < pixels; i++, at += 3)
      data[at] = data[at + 1] = data[at + 2] = source[i]!;
    return { width, height, channels: 3, data };
  }
  const data = new Uint8Array(pixels);
  for (let i = 0, at = 0; i < pixels; i++, at += 3)
    data[i] =
      (source[at]! * 19595 + source[at + 1]! * 38470 + source[at + 2]! * 7471 + 0x8000) >> 16;
  return { width, height, channels: 1, data };
}

/** Height and width after resizing; the longer side is cut to whole pixels, as torchvision's `Resize`. */
export function resized(
  { width, height }: Pick<Picture, 'width' | 'height'>,
  to: Size,
): [height: number, width: number] {
  if (!('shorter' in to)) return [to.height, to.width];
  const [short, long] = width <= height ? [width, height] : [height, width];
  const longer = Math.trunc((to.shorter * long) / short);
  if (longer > MOST_SIDE)
    throw new FedshotError('data', `${width} × ${height} pixels would become ${longer} long`, {
      hint: 'leave the picture out: nothing can be seen of it in a square',
    });
  return width <= height ? [longer, to.shorter] : [to.shorter, longer];
}

/** A sliver whose shorter side is enlarged would take all memory. */
const MOST_SIDE = 65_536;

function cropped(picture: Picture, step: Crop, at: View['crop']): Picture {
  const whole = padded(picture, step);
  return cut(whole, windowOf(whole.height, whole.width, step, at));
}

/**
 * Where a crop lies: at random between the edges, else in the middle as torchvision's `CenterCrop` (whose
 * halves are rounded to even numbers).
 */
function windowOf(height: number, width: number, step: Crop, at: View['crop']): Window {
  const place = (room: number, fraction: number | undefined): number =>
    fraction === undefined ? roundHalfEven(room / 2) : Math.floor(fraction * (room + 1));
  return {
    top: place(height - step.height, at?.[0]),
    left: place(width - step.width, at?.[1]),
    height: step.height,
    width: step.width,
  };
}

const roundHalfEven = (x: number): number =>
  x % 1 === 0.5 && Math.floor(x) % 2 === 0 ? Math.floor(x) : Math.round(x);

/** A picture smaller than its crop gets a black edge, as torchvision's `CenterCrop` adds one. */
function padded(picture: Picture, step: Crop): Picture {
  const height = Math.max(picture.height, step.height);
  const width = Math.max(picture.width, step.width);
  if (height === picture.height && width === picture.width) return picture;
  const { channels } = picture;
  const [top, left] = [(height - picture.height) >> 1, (width - picture.width) >> 1];
  const data = new Uint8Array(height * width * channels);
  const length = picture.width * channels;
  for (let y = 0; y < picture.height; y++)
    data.set(
      picture.data.subarray(y * length, (y + 1) * length),
      ((top + y) * width + left) * channels,
    );
  return { width, height, channels, data };
}

/** Channel after channel, mirrored if asked for. */
function planar({ width, height, channels, data: source }: Picture, flip: boolean): Uint8Array {
  if (channels === 1 && !flip) return source;
  const plane = width * height;
  const data = new Uint8Array(plane * channels);
  const step = flip ? -channels : channels;
  for (let channel = 0; channel < channels; channel++)
    for (let y = 0; y < height; y++) {
      let from = (y * width + (flip ? width - 1 : 0)) * channels + channel;
      const to = channel * plane + y * width;
      for (let x = 0; x < width; x++, from += step) data[to + x] = source[from]!;
    }
  return data;
}
