import type { Dataset, LabelMatching } from '../types.js';

/** A decoded picture as it is, before the input contract. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** `height × width × channels` levels, row by row, the channels of a pixel side by side; 0 is black. */
  readonly data: Uint8Array;
}

/** Where the picture of a sample lies. Plain data, since worker threads decode it. */
export interface PictureRef {
  /** Name of the decoder: `raster`, `dicom`, `nifti`. */
  readonly decoder: string;
  /** The file. */
  readonly path: string;
  /** Frame or slice within it, from 0. */
  readonly frame?: number;
  /** What the decoder is told besides, the same for all samples of a notation. */
  readonly options?: Readonly<Record<string, string | number | boolean>>;
}

/**
 * Pictures of any size, decoded when they are looked at: nothing of a pixel is held. Labels, names and
 * notes are as in `Dataset`.
 */
export interface PictureSet {
  /** The notation that named it, for messages. */
  readonly source: string;
  readonly kind: 'pictures';
  readonly count: number;
  readonly refs: readonly PictureRef[];
  /** Pictures of a program's own arrays, in place of `refs`, which is then empty. */
  readonly held?: (sample: number) => Picture;
  readonly labels?: Int32Array;
  readonly classNames?: readonly string[];
  readonly matching?: LabelMatching;
  /** Per sample what it belongs to (a patient, a study): no split puts one of them on both sides. */
  readonly groups?: readonly string[];
  readonly rowNumbers?: readonly number[];
  readonly notes?: readonly string[];
}

/** What a reader gives: arrays in memory, or pictures that are read when they are looked at. */
export type LoadedSamples = Dataset | PictureSet;
