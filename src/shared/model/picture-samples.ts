import { tensor, type Tensor } from '@tensorflow/tfjs-core';
import type { PictureBatch, View } from '../data/pictures/view.js';
import { FedshotError } from '../errors.js';
import type { ImageSpec } from '../preprocessing/input.js';
import { orientPlanes } from '../preprocessing/orient.js';
import type { Preprocessing } from '../preprocessing/preprocess.js';
import { random, type Random } from '../random.js';
import { inOrder } from './batches.js';
import {
  evenly,
  lookBatch,
  type Drawn,
  type Look,
  type Samples,
  type StepViews,
} from './samples.js';

/** What decodes pictures and takes them through the steps of the contract, ahead of whoever asks. */
export interface PictureSource {
  /** Batches in the order of the requests. */
  batches(requests: Iterable<readonly View[]>): AsyncIterable<PictureBatch>;
  close(): void;
}

/** How pictures are seen besides what the contract says. */
type Reading = Pick<Preprocessing, 'invert' | 'orient' | 'scale'>;

/** How far from the middle a crop lies that no classifier should mind, as a share of the room. */
const SLIGHT = 0.3;

/** Values that figures are taken of, at most. */
const FIGURES = 24 * 2 ** 20;

/** Samples that are decoded when they are needed: nothing but the batches ahead is held. */
export class PictureSamples implements Samples {
  readonly count: number;
  readonly shape: readonly number[];
  readonly #levels: Float32Array;

  /**
   * @param numbers the samples of `source` that these are
   * @param moved whether each is looked at a little moved
   */
  constructor(
    private readonly source: PictureSource,
    private readonly numbers: Int32Array,
    private readonly input: ImageSpec,
    private readonly reading: Reading = {},
    private readonly moved = false,
    private readonly isOwner = true,
  ) {
    this.count = numbers.length;
    this.shape = input.shape;
    this.#levels = levelsOf(input, reading);
  }

  async *look(index: Int32Array = inOrder(this.count)): AsyncGenerator<Look> {
    const size = lookBatch(this.shape);
    const parts = Array.from({ length: Math.ceil(index.length / size) }, (_, k) =>
      index.subarray(k * size, (k + 1) * size),
    );
    let at = 0;
    const requests = parts.map((part) => this.requestOf(part));
    for await (const { pixels, kept } of this.source.batches(requests)) {
      const from = at * size;
      at++;
      if (kept.length > 0) yield { x: this.tensorOf(pixels), kept: kept.map((i) => from + i) };
    }
  }

  async *steps(steps: readonly Drawn[], how: StepViews, more = 0): AsyncGenerator<Tensor[]> {
    const each = 1 + more;
    const requests = steps.flatMap(({ index, random: stream }) => [
      drawn(this.requestOf(index), how, stream.fork('augment')),
      ...Array.from({ length: more }, (_, i) =>
        drawn(this.requestOf(index), how === 'none' ? 'crop' : how, stream.fork('view', i)),
      ),
    ]);
    let seen: Tensor[] = [];
    let k = 0;
    for await (const { pixels, kept } of this.source.batches(requests)) {
      if (kept.length < requests[k++]!.length) throw unreadable();
      seen.push(this.tensorOf(pixels));
      if (seen.length < each) continue;
      yield seen;
      seen = [];
    }
  }

  only(index: Int32Array): Samples {
    const numbers = index.map((i) => this.numbers[i]!);
    return new PictureSamples(this.source, numbers, this.input, this.reading, this.moved, false);
  }

  nearby(): Samples {
    return new PictureSamples(this.source, this.numbers, this.input, this.reading, true, false);
  }

  async values(given?: Int32Array): Promise<Float32Array> {
    const width = this.shape.reduce((a, b) => a * b, 1);
    const index = given ?? evenly(this.count, Math.max(1, Math.floor(FIGURES / width)));
    const values = new Float32Array(index.length * width);
    let at = 0;
    for await (const { pixels, kept } of this.source.batches([this.requestOf(index)])) {
      if (kept.length < index.length) throw unreadable();
      values.set(this.normalised(pixels), at);
      at += pixels.length;
    }
    return values;
  }

  dispose(): void {
    if (this.isOwner) this.source.close();
  }

  private requestOf(index: Int32Array): View[] {
    return Array.from(index, (i): View => {
      const sample = this.numbers[i]!;
      if (!this.moved) return { sample };
      const stream = random('nearby views').fork(sample);
      const near = (): number => 0.5 + SLIGHT * (stream.next() - 0.5);
      return { sample, crop: [near(), near()] };
    });
  }

  private normalised(pixels: Uint8Array): Float32Array {
    const [C, H, W] = this.input.shape;
    const area = H * W;
    const x = new Float32Array(pixels.length);
    for (let from = 0; from < pixels.length; from += area) {
      const levels = 256 * ((from / area) % C);
      for (let i = from; i < from + area; i++) x[i] = this.#levels[levels + pixels[i]!]!;
    }
    return this.reading.orient ? orientPlanes(x, [H, W], this.reading.orient) : x;
  }

  private tensorOf(pixels: Uint8Array): Tensor {
    const width = this.shape.reduce((a, b) => a * b, 1);
    return tensor(this.normalised(pixels), [pixels.length / width, ...this.shape]);
  }
}

/** The normalised value of each level 0..255, channel after channel. */
function levelsOf({ shape: [C], mean, std }: ImageSpec, { invert, scale }: Reading): Float32Array {
  return Float32Array.from({ length: 256 * C }, (_, i) => {
    const grey = (invert ? 255 - (i % 256) : i % 256) / 255;
    const c = Math.floor(i / 256);
    const value = Math.fround((grey - mean[c]!) / std[c]!);
    return scale ? value * scale.factor + scale.offset : value;
  });
}

/** Draws a random crop, and a flip with one half, for each view. */
function drawn(views: View[], how: StepViews, stream: Random): View[] {
  if (how === 'none') return views;
  if (how !== 'crop' && how !== 'crop-flip')
    throw new FedshotError('usage', `--augment ${how} is for small images in arrays`, {
      hint: 'pictures take --augment crop-flip or crop',
    });
  return views.map((view) => ({
    ...view,
    crop: [stream.next(), stream.next()],
    flip: stream.next() < 0.5 && how === 'crop-flip',
  }));
}

const unreadable = (): FedshotError =>
  new FedshotError('data', 'a picture that was read before can no longer be read', {
    hint: 'see that nobody changes the pictures meanwhile, and run it again',
  });
