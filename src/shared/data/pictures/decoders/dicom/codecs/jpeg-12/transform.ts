/** Order of coefficients in the file (ITU-T T.81, figure 5). */
export const ZIGZAG = Uint8Array.from([
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
  13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52,
  45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
]);

/** `C(u)/2 · cos((2x+1)uπ/16)` at `8x + u` (A.3.3). */
const BASIS = Float64Array.from({ length: 64 }, (_, i) => {
  const [x, u] = [i >> 3, i & 7];
  return ((u === 0 ? Math.SQRT1_2 : 1) / 2) * Math.cos(((2 * x + 1) * u * Math.PI) / 16);
});

/**
 * Inverse discrete cosine transform of 8 × 8 coefficients, along columns and then along rows.
 * @param block coefficients, row by row; the samples afterwards
 */
export function inverseTransform(block: Float64Array): void {
  const half = new Float64Array(64);
  for (let u = 0; u < 8; u++)
    for (let y = 0; y < 8; y++) {
      let sum = 0;
      for (let v = 0; v < 8; v++) sum += BASIS[8 * y + v]! * block[8 * v + u]!;
      half[8 * y + u] = sum;
    }
  for (let y = 0; y < 8; y++)
    for (let x = 0; x < 8; x++) {
      let sum = 0;
      for (let u = 0; u < 8; u++) sum += BASIS[8 * x + u]! * half[8 * y + u]!;
      block[8 * y + x] = sum;
    }
}
