import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Picture } from '../../../../src/shared/data/pictures/types.js';
import {
  applySteps,
  resample,
  resized,
} from '../../../../src/shared/preprocessing/pictures/index.js';
import type { PictureStep } from '../../../../src/shared/preprocessing/steps.js';

interface Sized {
  height: number;
  width: number;
  rgb: string;
}

/** Noise of 13 × 9 pixels, and what Pillow and torchvision make of it. */
const pillow = JSON.parse(
  readFileSync(join(import.meta.dirname, 'pillow.json'), 'utf8'),
) as Sized & {
  luma: string;
  resized: Sized[];
  cropped: Sized[];
  shorter: { width: number; height: number; shorter: number; becomes: [number, number] }[];
};

const levels = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));
const pictureOf = ({ height, width, rgb }: Sized): Picture => ({
  height,
  width,
  channels: 3,
  data: levels(rgb),
});
const noise = pictureOf(pillow);

/** Channel after channel, by the definition. */
function planar({ width, height, channels, data }: Picture): Uint8Array {
  return Uint8Array.from({ length: data.length }, (_, i) => {
    const pixel = i % (width * height);
    return data[pixel * channels + Math.floor(i / (width * height))]!;
  });
}

const resizeTo = (height: number, width: number): PictureStep => ({
  step: 'resize',
  filter: 'bilinear',
  to: { height, width },
});
const cropTo = (height: number, width: number): PictureStep => ({ step: 'crop', height, width });

describe('resample', () => {
  it.each(pillow.resized)('gives what Pillow gives: $width × $height', (wanted) => {
    const { height, width } = wanted;
    expect(resample(noise, height, width)).toEqual(pictureOf(wanted));
  });

  it('gives a part of the whole where a part is asked for', () => {
    for (const { height, width } of [
      { height: 20, width: 17 },
      { height: 9, width: 6 },
      { height: 4, width: 13 },
      { height: 9, width: 13 },
    ]) {
      const whole = resample(noise, height, width);
      const window = { top: 1, left: 2, height: height - 2, width: width - 4 };
      const part = resample(noise, height, width, window);
      const { data, ...size } = part;
      expect(size).toEqual({ height: height - 2, width: width - 4, channels: 3 });
      for (let y = 0; y < size.height; y++)
        expect(data.subarray(y * size.width * 3, (y + 1) * size.width * 3)).toEqual(
          whole.data.subarray(((y + 1) * width + 2) * 3, ((y + 1) * width + width - 2) * 3),
        );
    }
  });

  it('keeps white white and black black, whatever the size', () => {
    for (const level of [0, 255]) {
      const data = new Uint8Array(31 * 17 * 3).fill(level);
      const result = resample({ width: 31, height: 17, channels: 3, data }, 29, 7);
      expect(new Set(result.data)).toEqual(new Set([level]));
    }
  });
});

describe('resized', () => {
  it.each(pillow.shorter)(
    'finds the size that torchvision finds: $width × $height, shorter $shorter',
    ({ becomes, shorter, ...picture }) => {
      expect(resized(picture, { shorter })).toEqual(becomes);
    },
  );

  it('refuses a line that would become miles long', () => {
    expect(() => resized({ width: 60_000, height: 1 }, { shorter: 256 })).toThrow(
      '60000 × 1 pixels would become 15360000 long',
    );
  });
});

describe('applySteps', () => {
  it('makes luma as Pillow does', () => {
    expect(applySteps(noise, [{ step: 'colour', to: 'grey' }])).toEqual(levels(pillow.luma));
  });

  it('repeats grey', () => {
    const grey: Picture = { width: 2, height: 1, channels: 1, data: Uint8Array.of(7, 9) };
    expect([...applySteps(grey, [{ step: 'colour', to: 'rgb' }])]).toEqual([7, 9, 7, 9, 7, 9]);
  });

  it.each(pillow.cropped)('crops as torchvision does, with an edge: $height × $width', (wanted) => {
    const { height, width } = wanted;
    expect(applySteps(noise, [cropTo(height, width)])).toEqual(planar(pictureOf(wanted)));
  });

  it('gives the same whether the crop is done at once or after the resize', () => {
    const whole = resample(noise, 20, 17);
    for (const crop of [undefined, [0, 0.999], [0.5, 0.25]] as const)
      expect(applySteps(noise, [resizeTo(20, 17), cropTo(11, 8)], { crop })).toEqual(
        applySteps(whole, [cropTo(11, 8)], { crop }),
      );
  });

  it('places a random crop by fractions of the room that there is', () => {
    const data = Uint8Array.from({ length: 20 }, (_, i) => i);
    const rows: Picture = { width: 4, height: 5, channels: 1, data };
    const corner = (u: number, v: number): number =>
      applySteps(rows, [cropTo(3, 3)], { crop: [u, v] })[0]!;
    expect(corner(0, 0)).toBe(0);
    expect(corner(0.34, 0)).toBe(4);
    expect(corner(0.999, 0.999)).toBe(2 * 4 + 1);
  });

  it('mirrors last', () => {
    const data = Uint8Array.of(1, 2, 3, 4, 5, 6);
    const row: Picture = { width: 3, height: 2, channels: 1, data };
    expect([...applySteps(row, [cropTo(2, 3)], { flip: true })]).toEqual([3, 2, 1, 6, 5, 4]);
    const rgb: Picture = { width: 2, height: 1, channels: 3, data };
    expect([...applySteps(rgb, [cropTo(1, 2)], { flip: true })]).toEqual([4, 1, 5, 2, 6, 3]);
  });

  it('leaves the picture that it was given as it was', () => {
    const data = Uint8Array.of(1, 2, 3);
    applySteps({ width: 3, height: 1, channels: 1, data }, [cropTo(1, 3)], { flip: true });
    expect([...data]).toEqual([1, 2, 3]);
  });
});
