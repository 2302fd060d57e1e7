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
  /** Class index per sample, if there are labels. */
  readonly labels?: Int32Array;
  /** What the labels mean, if the reader knows. */
  readonly classNames?: readonly string[];
  /** Names of the features of a table. */
  readonly columns?: readonly string[];
}
