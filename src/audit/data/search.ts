/** Values of a window: any run of 31 contains one at a place that is searched. */
export const WINDOW = 16;
/** A window with fewer different values is background: weights may contain it by chance. */
const LEAST_DIFFERENT = 5;

const MUL_A = 0x01000193;
const MUL_B = 0x85ebca6b;
const pow = (base: number): number => {
  let result = 1;
  for (let i = 1; i < WINDOW; i++) result = Math.imul(result, base);
  return result;
};
const TOP_A = pow(MUL_A);
const TOP_B = pow(MUL_B);
/** 53 bits of the two hashes. */
const key = (a: number, b: number): number => (a >>> 0) * 2 ** 21 + ((b >>> 0) & 0x1fffff);

/** Windows of the source data by hash. */
export class WindowIndex {
  /** Hash → sample. */
  readonly #windows = new Map<number, number>();
  /** The low bits of the first hash of each window, so that most places are passed at once. */
  readonly #filter = new Uint8Array(2 ** 22);

  get size(): number {
    return this.#windows.size;
  }

  /**
   * Adds the windows of a sample that stand side by side.
   *
   * @param leave windows that are left out
   * @returns where the first of them begins; undefined when all of it looks like background
   */
  add(
    sample: number,
    bytes: Uint8Array,
    leave: (window: Uint8Array) => boolean = () => false,
  ): number | undefined {
    let first: number | undefined;
    for (let at = 0; at + WINDOW <= bytes.length; at += WINDOW) {
      const window = bytes.subarray(at, at + WINDOW);
      if (new Set(window).size < LEAST_DIFFERENT || leave(window)) continue;
      first ??= at;
      let [a, b] = [0, 0];
      for (const byte of window) {
        a = (Math.imul(a, MUL_A) + byte + 1) | 0;
        b = (Math.imul(b, MUL_B) + byte + 1) | 0;
      }
      this.#windows.set(key(a, b), sample);
      this.#filter[a & 0x3fffff] = 1;
    }
    return first;
  }

  /** The first place in a stream where a window of a sample stands, if any. */
  find(stream: Uint8Array): { sample: number; at: number } | undefined {
    let [a, b] = [0, 0];
    for (let i = 0; i < stream.length; i++) {
      if (i >= WINDOW) {
        const gone = stream[i - WINDOW]! + 1;
        a = (a - Math.imul(gone, TOP_A)) | 0;
        b = (b - Math.imul(gone, TOP_B)) | 0;
      }
      a = (Math.imul(a, MUL_A) + stream[i]! + 1) | 0;
      b = (Math.imul(b, MUL_B) + stream[i]! + 1) | 0;
      if (i < WINDOW - 1 || this.#filter[a & 0x3fffff] === 0) continue;
      const sample = this.#windows.get(key(a, b));
      if (sample !== undefined) return { sample, at: i - WINDOW + 1 };
    }
    return undefined;
  }
}
