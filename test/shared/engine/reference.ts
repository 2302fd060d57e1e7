/** Layers written as the loops that define them, for 64-bit floats. */
export interface Image {
  shape: [n: number, c: number, h: number, w: number];
  data: Float64Array;
}

export const at = (
  { shape: [, c, h, w], data }: Image,
  n: number,
  i: number,
  y: number,
  x: number,
) => (y < 0 || x < 0 || y >= h || x >= w ? 0 : data[((n * c + i) * h + y) * w + x]!);

export function image(
  shape: Image['shape'],
  f: (n: number, c: number, y: number, x: number) => number,
): Image {
  const [n, c, h, w] = shape;
  const data = new Float64Array(n * c * h * w);
  let k = 0;
  for (let a = 0; a < n; a++)
    for (let b = 0; b < c; b++)
      for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) data[k++] = f(a, b, y, x);
  return { shape, data };
}

export function conv2d(
  x: Image,
  weight: Image,
  bias: number[],
  stride: number,
  pad: number,
): Image {
  const [n, c, h, w] = x.shape;
  const [o, , kh, kw] = weight.shape;
  const out = (size: number, k: number): number => Math.floor((size + 2 * pad - k) / stride) + 1;
  return image([n, o, out(h, kh), out(w, kw)], (a, b, y, z) => {
    let sum = bias[b]!;
    for (let i = 0; i < c; i++)
      for (let u = 0; u < kh; u++)
        for (let v = 0; v < kw; v++)
          sum += at(weight, b, i, u, v) * at(x, a, i, y * stride + u - pad, z * stride + v - pad);
    return sum;
  });
}

export function maxPool2d(x: Image, size: number): Image {
  const [n, c, h, w] = x.shape;
  return image([n, c, Math.floor(h / size), Math.floor(w / size)], (a, b, y, z) => {
    let best = -Infinity;
    for (let u = 0; u < size; u++)
      for (let v = 0; v < size; v++) best = Math.max(best, at(x, a, b, y * size + u, z * size + v));
    return best;
  });
}

/** y = γ·(x − μ)/√(σ² + 1e-5) + β with each channel's own mean and biased variance. */
export function batchNorm(x: Image, gamma: number[], beta: number[]) {
  const [n, c, h, w] = x.shape;
  const mean = new Array<number>(c).fill(0);
  const variance = new Array<number>(c).fill(0);
  const count = n * h * w;
  image(x.shape, (a, b, y, z) => (mean[b]! += at(x, a, b, y, z) / count));
  image(x.shape, (a, b, y, z) => (variance[b]! += (at(x, a, b, y, z) - mean[b]!) ** 2 / count));
  const y = image(
    x.shape,
    (a, b, u, v) =>
      (gamma[b]! * (at(x, a, b, u, v) - mean[b]!)) / Math.sqrt(variance[b]! + 1e-5) + beta[b]!,
  );
  return { y, mean, variance: variance.map((v) => (v * count) / (count - 1)) };
}
