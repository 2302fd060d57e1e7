import type { DataSource } from '../../shared/data/index.js';
import type { Orientation } from '../../shared/preprocessing/index.js';

/** How the samples are brought into the form that the release was trained on. */
export interface InputOptions {
  /** Target data, as notations of docs/data.md or in memory; several are put one behind the other. */
  data: DataSource | readonly DataSource[];
  /** Data to score on; without it `data` is scored where it has labels. */
  test?: DataSource;
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
  /** Refuses the data where one picture of it cannot be read; else it is named and left out. */
  strict?: boolean;
  /** Folder for decoded pictures while it runs; without it each is decoded every time. */
  cache?: string;
}

/** The one or several sources of `data` as a list. */
export const sourcesOf = (data: InputOptions['data']): readonly DataSource[] =>
  isList(data) ? data : [data];

// the library's own guard does not know arrays that are only read
const isList = (data: InputOptions['data']): data is readonly DataSource[] => Array.isArray(data);
