import { decode } from '../../data/pictures/decoders/index.js';
import type { Picture, PictureRef } from '../../data/pictures/types.js';
import type { View } from '../../data/pictures/view.js';
import { FedshotError, type ErrorCode } from '../../errors.js';
import type { PictureStep } from '../steps.js';
import { applySteps, stepped } from './apply.js';
import { identityOf, Slots, type CacheHandle, type FileIdentity } from './cache/slots.js';

/** What is the same for all pictures of a loader. Plain data: threads get it when they start. */
export interface PrepareSettings {
  readonly steps: readonly PictureStep[];
  /** `[C, H, W]` that the steps have to end with. */
  readonly shape: readonly [number, number, number];
  readonly cache?: CacheHandle;
}

/** Some views of a request, with where their pictures lie. */
export interface ViewTask {
  readonly views: readonly View[];
  readonly refs: readonly PictureRef[];
}

/** Why a picture could not be read. */
export interface Failure {
  /** Place among the task's views. */
  readonly at: number;
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
}

export interface PreparedViews {
  /** The pictures that could be read, one after the other. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly failures: readonly Failure[];
  /** What looks odd of pictures that were taken, by the place of their view. */
  readonly odd: readonly { readonly at: number; readonly why: string }[];
}

/** The steps until the first crop, whose result a cache may keep, and those from there on. */
export function atCrop(steps: readonly PictureStep[]): [PictureStep[], PictureStep[]] {
  const crop = steps.findIndex(({ step }) => step === 'crop');
  const until = crop < 0 ? steps.length : crop;
  return [steps.slice(0, until), steps.slice(until)];
}

/** A side this many times as long as the other leaves little to see in a square. */
const SLIVER = 10;

/** Makes levels of pictures, for one loader and one thread. */
export class Preparer {
  readonly #settings: PrepareSettings;
  readonly #cached?: Slots;
  readonly #before: PictureStep[];
  readonly #after: PictureStep[];

  constructor(settings: PrepareSettings) {
    this.#settings = settings;
    this.#cached = settings.cache && new Slots(settings.cache);
    [this.#before, this.#after] = atCrop(settings.steps);
  }

  /**
   * Reads the pictures of a task and does the contract's steps; the next one is decoded meanwhile, in a
   * thread of libuv's.
   *
   * @param stopped asked before each picture; those that are left then count as failed
   */
  async prepare({ views, refs }: ViewTask, stopped = (): boolean => false): Promise<PreparedViews> {
    const size = this.#settings.shape.reduce((a, b) => a * b);
    const pixels = new Uint8Array(views.length * size);
    const failures: Failure[] = [];
    const odd: { at: number; why: string }[] = [];
    let kept = 0;
    const read = async (at: number): Promise<Source> => {
      const [view, ref] = [views[at], refs[at]];
      return view && ref && !stopped() ? this.#read(view, ref) : { error: STOPPED };
    };
    let next = read(0);
    for (const [at, view] of views.entries()) {
      const source = await next;
      next = read(at + 1);
      try {
        pixels.set(this.#levels(source, view, refs[at]!), kept * size);
        kept++;
        if (source.picture && isSliver(source.picture))
          odd.push({ at, why: sliver(source.picture) });
      } catch (error) {
        if (!(error instanceof FedshotError)) throw error;
        failures.push({ at, code: error.code, message: error.message, hint: error.hint });
      }
    }
    return { pixels: kept === views.length ? pixels : pixels.slice(0, kept * size), failures, odd };
  }

  /** A picture from the cache or from its file. */
  async #read({ sample }: View, ref: PictureRef): Promise<Source> {
    try {
      const identity = this.#cached && identityOf(ref);
      const kept = identity && this.#cached?.read(sample, identity);
      if (kept) return { picture: kept, stepped: true };
      return { picture: await decode(ref), identity };
    } catch (error) {
      return { error };
    }
  }

  /** @throws what kept the picture from being read; FedshotError `data` where the steps do not fit it */
  #levels(
    { picture, stepped: done, identity, error }: Source,
    view: View,
    ref: PictureRef,
  ): Uint8Array {
    if (!picture) throw error;
    const { steps, shape } = this.#settings;
    let [from, todo] = [picture, done ? this.#after : steps];
    if (identity) {
      [from, todo] = [stepped(picture, this.#before), this.#after];
      this.#cached?.write(view.sample, identity, from);
    }
    const levels = applySteps(from, todo, view);
    const size = shape.reduce((a, b) => a * b);
    if (levels.length !== size)
      throw new FedshotError(
        'data',
        `${ref.path}: ${picture.width} × ${picture.height} pixels with ${picture.channels} channels do not become [${shape.join(', ')}]`,
        { hint: 'the steps of the input contract need a colour and a size' },
      );
    return levels;
  }
}

/** A picture, or why there is none. */
interface Source {
  readonly picture?: Picture;
  /** It has been through the steps before the crop. */
  readonly stepped?: boolean;
  /** The file's, where the cache is to keep the picture. */
  readonly identity?: FileIdentity;
  readonly error?: unknown;
}

const STOPPED = new FedshotError('interrupted', 'the loader was closed');

const isSliver = ({ width, height }: Picture): boolean =>
  Math.max(width, height) > SLIVER * Math.min(width, height);

const sliver = ({ width, height }: Picture): string =>
  `${width} × ${height} pixels: one side is ${Math.round(Math.max(width / height, height / width))} times the other`;
