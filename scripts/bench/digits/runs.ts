import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { adaptModel } from '../../../src/client/adaptation/adapt.js';
import { candidateNames } from '../../../src/client/selection/candidates.js';
import { selectMethod } from '../../../src/client/selection/select.js';
import type { SelectionRun } from '../../../src/client/selection/selection-run.js';
import type { VerdictOutcome } from '../../../src/client/diagnostics/index.js';
import type { TargetAugmentation } from '../../../src/client/adaptation/types.js';
import { train } from '../../../src/provider/train/train.js';
import { readModel, writeModel, type Model } from '../../../src/shared/model/folder.js';
import { readAnswers, writeEvidence } from '../../robustness/files.js';
import { PAIRS, type PairName } from './pairs.js';

/** How a model is adapted. */
export interface Way {
  method: string;
  augment: TargetAugmentation;
  /** `--zoom fit`: the target's images are read at the size that suits the release. */
  zoom: 'none' | 'fit';
  /** `--deslant`, and `--fill` as well: the target's images are read upright, and filling the frame. */
  upright: 'none' | 'deslant' | 'fill';
}

export interface Settings {
  epochs: number;
  beta: number;
  work: string;
}

/** One adaptation, scored on the target's test data by its labels. */
export interface Row extends Way {
  pair: PairName;
  seed: number;
  epochs: number;
  beta: number;
  engine: string;
  sourceHeldOut?: number;
  sourceOnly: number;
  adapted: number;
  /** What `--zoom fit` came to. */
  factor?: number;
  /** What the battery says, without labels; `took` is what `auto` chose. */
  outcome: VerdictOutcome;
  signals: SelectionRun['result']['battery']['signals'];
  took?: string;
  seconds: number;
  /** Of the source training, in the run that it was made in. */
  trainSeconds?: number;
}

// a run that was cut off goes on after its last whole epoch, with the same figures as a result
const common = { batch: 64, lr: 0.01, resume: true };

/** The released model of a pair and seed: trained the first time, and kept in the work folder. */
async function sourceModel(
  pair: PairName,
  seed: number,
  { epochs, work }: Settings,
): Promise<{ model: Model; trainSeconds?: number }> {
  const out = join(work, `${pair}-${seed}-e${epochs}`);
  if (existsSync(join(out, 'model.json'))) return { model: readModel(out) };
  const { seconds } = await train({
    ...common,
    data: PAIRS[pair].source[0],
    test: PAIRS[pair].source[1],
    epochs,
    augment: PAIRS[pair].augment,
    seed,
    out,
    arch: 'lenet',
    bottleneck: 256,
    holdOut: 0.1,
    smoothing: 0.1,
  });
  return { model: readModel(out), trainSeconds: seconds };
}

/** Results that are kept in the work folder, so that a run goes on where it stopped. */
export class Results {
  private readonly file: string;
  private readonly rows: Row[];

  constructor(private readonly settings: Settings) {
    mkdirSync(settings.work, { recursive: true });
    this.file = join(settings.work, 'results.jsonl');
    this.rows = existsSync(this.file)
      ? readFileSync(this.file, 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as Row)
      : [];
  }

  /** The row of an adaptation that has been run, or that follows from those that have. */
  find(pair: PairName, seed: number, way: Way): Row | undefined {
    const { method, augment, zoom, upright } = way;
    if (method === 'auto') return this.chosen(pair, seed, way);
    const { epochs, beta } = this.settings;
    const wanted = Object.entries({ pair, seed, method, augment, zoom, upright, epochs, beta });
    return this.rows.find((row) => wanted.every(([key, value]) => row[key as keyof Row] === value));
  }

  /** Adapts, and keeps the row; for `auto` every candidate. */
  async run(pair: PairName, seed: number, way: Way, say: (row: Row) => void): Promise<void> {
    const { method, augment, zoom, upright } = way;
    if (method === 'auto') {
      for (const candidate of candidatesOf(way))
        if (!this.find(pair, seed, candidate)) await this.run(pair, seed, candidate, say);
      return;
    }
    const { epochs, beta, work } = this.settings;
    const { model, trainSeconds } = await sourceModel(pair, seed, this.settings);
    const [data, test] = PAIRS[pair].target;
    const { result, observations, state, use } = await adaptModel(
      model,
      { name: pair, version: 1, digest: '' },
      join(work, 'runs', this.nameOf(pair, seed, way)),
      {
        ...common,
        data,
        test,
        method,
        augment,
        epochs,
        beta,
        seed,
        ...(zoom === 'fit' && { zoom }),
        deslant: upright !== 'none',
        fill: upright === 'fill',
        alpha: 1,
        threshold: 0,
        featureLr: 1,
      },
    );
    writeEvidence(this.evidence(pair, seed, way), observations);
    const { config } = model;
    writeModel(join(work, 'runs', this.nameOf(pair, seed, way)), { config, state });
    const { signals } = result.battery;
    const row: Row = {
      pair,
      seed,
      method,
      augment,
      zoom,
      upright,
      epochs,
      beta,
      ...(use.reading.zoom && { factor: use.reading.zoom }),
      engine: `${result.engine.name}/${result.engine.device}/${result.engine.threads}`,
      sourceHeldOut: model.config.heldOutAccuracy,
      sourceOnly: result.sourceOnlyAccuracy!,
      adapted: result.adaptedAccuracy!,
      outcome: result.battery.outcome,
      signals: {
        adaptedViews: signals.adaptedViews,
        refreshedViews: signals.refreshedViews,
        adaptedClasses: signals.adaptedClasses,
        refreshedClasses: signals.refreshedClasses,
        steadiness: signals.steadiness,
        agreementBalanced: signals.agreementBalanced,
      },
      seconds: result.seconds,
      ...(trainSeconds !== undefined && { trainSeconds }),
    };
    appendFileSync(this.file, `${JSON.stringify(row)}\n`);
    this.rows.push(row);
    say(row);
  }

  /** What `--method auto` takes from the runs of its candidates, once all of them are there. */
  private chosen(pair: PairName, seed: number, way: Way): Row | undefined {
    const found = candidatesOf(way).map((one) => this.find(pair, seed, one));
    const runs = found.flatMap((row) => row ?? []);
    if (runs.length < found.length) return undefined;
    const { chosen } = selectMethod(
      runs.map((row) => {
        const { released, adapted } = readAnswers(this.evidence(pair, seed, row))!;
        return {
          result: {
            method: row.method,
            seconds: row.seconds,
            battery: { outcome: row.outcome, signals: row.signals },
          },
          observations: { released: { p: released }, adapted: adapted && { p: adapted } },
        };
      }),
      10,
    );
    const took = runs[chosen]!;
    const seconds = runs.reduce((s, run) => s + run.seconds, 0);
    return { ...took, ...way, took: took.method, seconds };
  }

  private evidence(pair: PairName, seed: number, way: Way): string {
    return join(this.settings.work, 'evidence', `${this.nameOf(pair, seed, way)}.safetensors`);
  }

  private nameOf(pair: PairName, seed: number, { method, augment, zoom, upright }: Way): string {
    const { epochs, beta } = this.settings;
    return [pair, seed, method, augment, upright, zoom, `e${epochs}`, `b${beta}`].join('-');
  }
}

/** What `auto` tries: methods without training steps have nothing to augment. */
const candidatesOf = ({ augment, zoom, upright }: Way): Way[] =>
  candidateNames().map((method) => ({
    method,
    augment: method === 'source' || method === 'bn' ? 'none' : augment,
    zoom,
    upright,
  }));
