import type { Orientation } from '../../shared/preprocessing/orient.js';

/** How the samples are brought into the form that the release was trained on. */
export interface InputOptions {
  /** Target data, in the notation of docs/data.md; several are put one behind the other. */
  data: string | readonly string[];
  /** Data to score on; without it `data` is scored where it has labels. */
  test?: string;
  /** Exchanges black and white before anything else. */
  invert?: boolean;
  /** Stretches grey levels to the mean and deviation of the release's card. */
  rescale?: boolean;
  /** Turns images before anything else. */
  orient?: Orientation;
  /** Takes the slant out of every image. */
  deslant?: boolean;
  /** Centres what each image shows and enlarges it to fill the frame. */
  fill?: boolean;
  /** Enlarges what the images show by a factor, or by the one that suits the release best. */
  zoom?: number | 'fit';
}
