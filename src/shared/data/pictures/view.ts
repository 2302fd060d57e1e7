/** How one picture is to be seen: without `crop` and `flip` as it is looked at in evaluation. */
export interface View {
  /** Number of the sample in its set. */
  readonly sample: number;
  /** Place of a random crop between top and bottom, left and right, each in [0, 1). */
  readonly crop?: readonly [number, number];
  /** Whether left and right are exchanged. */
  readonly flip?: boolean;
}

/** Views as the input contract makes them. */
export interface PictureBatch {
  /** `kept.length × C × H × W` levels, 0..255, after the contract's steps. */
  readonly pixels: Uint8Array;
  /** Positions in the request whose pictures could be read, in order. */
  readonly kept: Int32Array;
}
