import { parseArgs } from 'node:util';
import { matMul, memory, mul, slice, tensor2d, tidy, type Tensor2D } from '@tensorflow/tfjs-core';
import { startEngine } from '../../src/shared/engine/index.js';
import { pseudoLabels } from '../../src/shared/objective/pseudo-labels.js';
import { random } from '../../src/shared/random.js';
import { startForComputing } from './start.js';

startForComputing();

/**
 * `npm run bench:pseudo-labels -- [--n 1000000] [--d 256] [--k 345] [--rounds 3] [--spread 1]`:
 * pseudo-labels for n samples beside one matrix product `[n, d] · [d, k]` on the same engine, by turns.
 * Samples are classes' directions plus uniform noise of the given spread, probabilities a softmax of
 * the cosines. Prints JSON.
 */
const { values } = parseArgs({
  options: {
    n: { type: 'string', default: '1000000' },
    d: { type: 'string', default: '256' },
    k: { type: 'string', default: '345' },
    rounds: { type: 'string', default: '3' },
    spread: { type: 'string', default: '1' },
  },
});
const [N, D, K, rounds] = [values.n, values.d, values.k, values.rounds].map(Number) as [
  ...[number, number, number, number],
];
const { ops, name, device, threads } = await startEngine();
const r = random('bench');
const directions = Float32Array.from({ length: K * D }, () => r.normal());
// noise from one long pool, entered at random places: 2.6e8 normal numbers would take longer than the rest
const pool = Float32Array.from({ length: 1 << 20 }, () => Number(values.spread) * 2 * r.normal());
const f = new Float32Array(N * D);
for (let i = 0; i < N; i++) {
  const k = Math.floor(r.next() * K) * D;
  const at = Math.floor(r.next() * (pool.length - D));
  for (let d = 0; d < D; d++) f[i * D + d] = directions[k + d]! + pool[at + d]!;
}
const features = tensor2d(f, [N, D]);
const centres = tensor2d(directions, [K, D]);
const p = new Float32Array(N * K);
for (let at = 0; at < N; at += 16_384) {
  const n = Math.min(16_384, N - at);
  const part = tidy(() => {
    const z = matMul(slice(features, [at, 0], [n, D]), centres, false, true);
    return ops.softmax(mul(z, 8 / D));
  });
  p.set(await part.data(), at * K);
  part.dispose();
}
const probabilities: Tensor2D = tensor2d(p, [N, K]);

const product: number[] = [];
const labelling: number[] = [];
const held = memory().numBytes;
const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const from = performance.now();
  await work();
  return (performance.now() - from) / 1000;
};
const labels = new Set<number>();
let changed: number[] = [];
for (let round = 0; round < rounds; round++) {
  product.push(
    await seconds(async () => {
      const result = matMul(features, centres, false, true);
      await slice(result, [N - 1, 0], [1, 1]).data();
      result.dispose();
    }),
  );
  labelling.push(
    await seconds(async () => {
      const found = await pseudoLabels({ features, probabilities });
      for (const k of found.labels) labels.add(k);
      changed = found.rounds
        .slice(1)
        .map((now, j) => now.filter((k, i) => k !== found.rounds[j]![i]).length / N);
    }),
  );
}
const median = (v: number[]): number => [...v].sort((a, b) => a - b)[v.length >> 1]!;
console.log(
  JSON.stringify({
    engine: { name, device, threads },
    N,
    D,
    K,
    classes: labels.size,
    changed,
    productSeconds: product,
    pseudoLabelSeconds: labelling,
    ratio: median(labelling) / median(product),
    heldBytes: held,
    peakResidentBytes: process.resourceUsage().maxRSS * 1024,
  }),
);
