import type { Engine } from '../shared/engine/index.js';
import type { Reporter } from '../shared/reporter.js';
import { measure, suitableSteps } from './measure.js';
import type { BenchRow } from './measure.js';
import { measurePeer } from './peer.js';

export { benchNames } from './networks.js';
export type { BenchRow } from './measure.js';

export interface BenchOptions {
  archs: readonly string[];
  batch: number;
  /** Steps per median; what takes about three seconds unless told. */
  steps?: number;
  /** How often engine and peer take turns, so that a noisy machine is noisy for both. */
  rounds: number;
  /** A Python with PyTorch to compare with; empty for none. */
  python: string;
  reporter: Reporter;
}

export interface BenchResult {
  results: BenchRow[];
  peer: { python: string; results: BenchRow[]; notRun?: string };
  /** Engine ÷ peer, by architecture. */
  ratios: { arch: string; train: number; forward: number }[];
  threads: number;
}

const middle = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;

const merge = (rows: BenchRow[]): BenchRow => ({
  ...rows[0]!,
  trainMsPerStep: middle(rows.map((row) => row.trainMsPerStep)),
  forwardMsPerBatch: middle(rows.map((row) => row.forwardMsPerBatch)),
});

/** Times the running engine and, by turns, PyTorch on the same networks and steps. */
export async function bench(engine: Engine, options: BenchOptions): Promise<BenchResult> {
  const { archs, batch, rounds, python, reporter } = options;
  const peer: BenchResult['peer'] = { python, results: [] };
  const result: BenchResult = { results: [], peer, ratios: [], threads: engine.threads };
  const task = reporter.task('timing', archs.length * rounds, 'rounds');
  for (const arch of archs) {
    const steps = options.steps ?? (await suitableSteps(engine, arch, batch));
    const ours: BenchRow[] = [];
    const theirs: BenchRow[] = [];
    let notRun = python ? undefined : 'not asked for';
    for (let round = 0; round < rounds; round++) {
      ours.push(await engine.use(() => measure(engine, arch, batch, steps)));
      const job = { python, arch, batch, steps, threads: engine.threads, device: engine.device };
      const row = notRun ?? (await measurePeer(job));
      if (typeof row === 'string') peer.notRun = notRun = row;
      else theirs.push(row);
      task.advance(1, arch);
    }
    const own = merge(ours);
    result.results.push(own);
    if (theirs.length === 0) continue;
    const other = merge(theirs);
    peer.results.push(other);
    const train = own.trainMsPerStep / other.trainMsPerStep;
    const forward = own.forwardMsPerBatch / other.forwardMsPerBatch;
    result.ratios.push({ arch, train, forward });
  }
  task.done();
  return result;
}
