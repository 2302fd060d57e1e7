/** Where samples come from: a notation of docs/data.md, or what a program has in memory. */
export type DataSource = string | InMemoryData;

/** Samples that a program has in memory. They are read as files are: checked, and never changed. */
export type InMemoryData = InMemoryImages | InMemoryTable;

/** Images that a program has in memory. */
export interface InMemoryImages extends InMemoryLabels {
  /** Image after image, each in the order of `shape`: floats in 0..1, or bytes in 0..255. */
  readonly images: Float32Array | Uint8Array;
  /** Shape of one image, `[H, W]`, or `[C, H, W]` with C = 1 or 3. */
  readonly shape: readonly [number, number, number] | readonly [number, number];
  /** How many images there are; as many as `images` holds where it is left out. */
  readonly count?: number;
}

/** A table that a program has in memory. */
export interface InMemoryTable extends InMemoryLabels {
  /** Row after row, NaN where a value is missing. */
  readonly rows: Float32Array | readonly (readonly number[])[];
  /** Names of the columns, each once. */
  readonly columns: readonly string[];
}

interface InMemoryLabels {
  /** One for each sample: words, or numbers from 0. */
  readonly labels?: ArrayLike<number> | readonly string[];
  /**
   * Names of the classes. Numbers then count these from 0, and words are among them. Where it is left
   * out, the distinct labels are the classes.
   */
  readonly classes?: readonly string[];
  /** What messages and records call the data, `memory:NAME`. */
  readonly name?: string;
}

/**
 * Samples in memory, as a reader found them.
 *
 * Images are `[C, H, W]` with grey levels in 0..1; tables are `[D]` in their own units, NaN where a
 * value is missing. Nothing is normalised here: that is the input contract's work (`preprocessing`),
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

/** What messages and labels need of samples, however they are held. */
export type SampleInfo = Pick<
  Dataset,
  'source' | 'count' | 'labels' | 'classNames' | 'matching' | 'rowNumbers' | 'notes'
>;

export interface LabelMatching {
  /** The labels were numbers of an array, not words of a table: they may count named classes. */
  readonly numbers?: boolean;
  /** Case and space do not matter. */
  readonly fold?: boolean;
}

/** What the model that will take the data expects: the reader reads just that. */
export interface ExpectedInput {
  readonly kind: 'image' | 'table';
  /** Names of a table's columns. */
  readonly columns?: readonly string[];
}
