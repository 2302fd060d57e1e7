/**
 * Resizes planes bilinearly: half-pixel centres (`align_corners=false`), and a triangle filter as
 * wide as the shrinking factor, so that small details fade out instead of aliasing.
 *
 * @param x `planes × h × w` values
 * @returns `planes × toH × toW` values
 */
export function resize(
  x: Float32Array,
  planes: number,
  [h, w]: readonly [number, number],
  [toH, toW]: readonly [number, number],
): Float32Array {
  if (h === toH && w === toW) return x.slice();
  const rows = taps(h, toH);
  const columns = taps(w, toW);
  const result = new Float32Array(planes * toH * toW);
  const narrow = new Float32Array(h * toW);
  for (let p = 0; p < planes; p++) {
    const plane = x.subarray(p * h * w, (p + 1) * h * w);
    for (let i = 0; i < toW; i++) {
      const { from, weights } = columns[i]!;
      for (let y = 0; y < h; y++) {
        let sum = 0;
        for (let k = 0; k < weights.length; k++) sum += weights[k]! * plane[y * w + from + k]!;
        narrow[y * toW + i] = sum;
      }
    }
    for (let j = 0; j < toH; j++) {
      const { from, weights } = rows[j]!;
      for (let i = 0; i < toW; i++) {
        let sum = 0;
        for (let k = 0; k < weights.length; k++) sum += weights[k]! * narrow[(from + k) * toW + i]!;
        result[(p * toH + j) * toW + i] = sum;
      }
    }
  }
  return result;
}

/** For each of `to` outputs, the inputs it is a weighted mean of. */
function taps(size: number, to: number): { from: number; weights: number[] }[] {
  const scale = size / to;
  const support = Math.max(1, scale);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale - 0.5;
    const from = Math.max(0, Math.ceil(centre - support));
    const end = Math.min(size - 1, Math.floor(centre + support));
    const raw = Array.from({ length: end - from + 1 }, (_, k) =>
      Math.max(0, 1 - Math.abs(from + k - centre) / support),
    );
    const sum = raw.reduce((a, b) => a + b);
    return { from, weights: raw.map((weight) => weight / sum) };
  });
}
