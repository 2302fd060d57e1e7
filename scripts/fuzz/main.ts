/** `npm run fuzz -- [mutations] [seed]`: mutated releases, manifests, chunks and safetensors files. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { libraryRefuses } from './library.js';
import { fuzz } from './run.js';
import { targets } from './targets.js';

const MiB = 2 ** 20;
const HANG_MS = 5000;
const GROWTH_MIB = 32;

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;
const heap = (): number => {
  gc();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / MiB;
};

const [mutations = 100_000, seed = 1] = process.argv.slice(2).map(Number);
if (!Number.isSafeInteger(mutations) || mutations < 1 || !Number.isSafeInteger(seed)) {
  console.error('usage: npm run fuzz -- [mutations, at least 1] [seed]');
  process.exit(2);
}
const shares = targets.reduce((sum, { share }) => sum + share, 0);
let failed = false;
let total = 0;
for (const target of targets) {
  const count = Math.ceil((mutations * target.share) / shares);
  fuzz(target, Math.min(500, count), seed + 1); // warms caches up, so that what grows is a leak
  const before = heap();
  const { accepted, refused, slowestMs, findings, samples } = fuzz(target, count, seed);
  const kept = samples.reduce((sum, bytes) => sum + bytes.length, 0) / MiB;
  const growth = heap() - before - kept;
  total += count;
  const codes = Object.entries(refused).map(([code, n]) => `${code} ${n}`);
  console.log(
    `${target.name}: ${count} mutations, ${accepted} accepted, refused: ${codes.join(', ')}; ` +
      `slowest ${slowestMs.toFixed(0)} ms, memory ${growth.toFixed(1)} MiB`,
  );
  for (const { what, input } of findings.slice(0, 5)) console.log(`  FINDING ${what}\n  ${input}`);
  if (target.name === 'safetensors') {
    const theirs = libraryRefuses(samples);
    if (theirs === undefined) console.log('  skipped: python3 has no safetensors to compare with');
    else console.log(`  of these, the format's own library refuses ${theirs.length}`);
    for (const why of theirs ?? []) console.log(`  FINDING ${why}`);
    failed ||= (theirs ?? []).length > 0;
  }
  failed ||= findings.length > 0 || slowestMs > HANG_MS || growth > GROWTH_MIB;
}
console.log(`${total} mutations with seed ${seed}: ${failed ? 'FAILED' : 'nothing found'}`);
process.exitCode = failed ? 1 : 0;
