/** Arrays as a reader found them, before anything is made of their values. */
export interface RawArray {
  /** File and name of the array, for messages. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: ArrayLike<number | bigint>;
  /** The value that means white: 255 for bytes, 1 for floats. */
  readonly white: number;
}

/** Labels that are words. */
export interface WordArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly words: readonly string[];
}

/** Labels of a file: numbers, or words. */
export type RawLabels = RawArray | WordArray;
