/**
 * Samples in memory, as a reader found them.
 *
 * Images are `[C, H, W]` with grey levels in 0..1; tables are `[D]` in their own units, NaN where a
 * value is missing. Nothing is normalised here: that is the input contract's work (`input.ts`),
 * because its figures come from the *training* data and travel with the release.
 */
export interface Dataset {
  /** The notation that named it, for messages: `idx:a.gz,b.gz`. */
  readonly source: string;
  readonly kind: 'image' | 'table';
  /** Shape of one sample. */
  readonly shape: readonly number[];
  readonly count: number;
  /** `count × product(shape)` values, sample after sample. */
  readonly x: Float32Array;
  /** Per sample the index of its class in `classNames`, if there are labels. */
  readonly labels?: Int32Array;
  /** The labels' distinct values, sorted: numbers as numbers, words as words. */
  readonly classNames?: readonly string[];
  /** How labels are matched with a list of classes; see `checkLabels`. */
  readonly matching?: LabelMatching;
  /** Names of the features of a table. */
  readonly columns?: readonly string[];
  /** Per column of a table, how many samples have no value there, as the file was read. */
  readonly missing?: readonly number[];
  /** Numbers of the samples in their file, from 0, where some rows of it are left out. */
  readonly rowNumbers?: readonly number[];
  /** What a person should know of how the data was read, one line each. */
  readonly notes?: readonly string[];
}

export interface LabelMatching {
  /** The labels were numbers of an array, not words of a table: they may count named classes. */
  readonly numbers?: boolean;
  /** Case and space do not matter. */
  readonly fold?: boolean;
}

/** What the reader is told of the model that will take the data, so that it reads what is asked for. */
export interface Takes {
  readonly kind: 'image' | 'table';
  /** Names of a table's columns. */
  readonly columns?: readonly string[];
}
