import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WEIGHTS, type Pair } from './pairs.js';

export interface Settings {
  epochs: number;
  work: string;
  engine: string;
}

/** One adaptation, scored on the pictures adapted to, by their labels. */
export interface Row {
  pair: string;
  seed: number;
  epochs: number;
  engine: string;
  sourceHeldOut?: number;
  sourceOnly: number;
  /** Of what was adapted, whether the checks accept it or not. */
  adapted: number;
  outcome: string;
  seconds: number;
  /** Of the source training, where it was made in this run. */
  trainSeconds?: number;
}

const dist = (path: string): string => join(import.meta.dirname, '../../../dist', path);
const { train } = (await import(
  dist('provider/train/train.js')
)) as typeof import('../../../src/provider/train/train.js');
const { adaptModel } = (await import(
  dist('client/adaptation/adapt.js')
)) as typeof import('../../../src/client/adaptation/adapt.js');
const { readModel } = (await import(
  dist('shared/model/folder.js')
)) as typeof import('../../../src/shared/model/folder.js');

/** What both phases are told beside the recipe. */
const COMMON = { recipe: 'shot-objects', batch: 64, lr: 0.01, resume: true } as const;

/** Results that are kept in the work folder, so that a run goes on where it stopped. */
export class Results {
  readonly #file: string;
  readonly #rows: Row[];

  constructor(private readonly settings: Settings) {
    mkdirSync(settings.work, { recursive: true });
    this.#file = join(settings.work, 'results.jsonl');
    const lines = existsSync(this.#file) ? readFileSync(this.#file, 'utf8').split('\n') : [];
    // a line that was cut off with the run is made again
    this.#rows = lines.flatMap((line) => (line.endsWith('}') ? [JSON.parse(line) as Row] : []));
  }

  find(pair: Pair, seed: number): Row | undefined {
    return this.#rows.find(
      (row) => row.pair === pair.name && row.seed === seed && row.epochs === this.settings.epochs,
    );
  }

  /** Adapts, after training where no other pair of this source has, and keeps the row. */
  async run(pair: Pair, seed: number): Promise<Row> {
    const { epochs, work } = this.settings;
    const { model, trainSeconds } = await this.#sourceModel(pair, seed);
    const target = `images:${pair.folder}/${pair.target}`;
    const { result } = await adaptModel(
      model,
      { name: pair.name.replace(':', '-'), version: 1, digest: '' },
      join(work, 'runs', `${pair.name.replace(':', '-')}-${seed}-e${epochs}`),
      {
        ...COMMON,
        data: target,
        epochs,
        seed,
        featureLr: 0.1,
        beta: 0.3,
        alpha: 1,
        threshold: 0,
        augment: 'crop-flip',
        force: true, // what was adapted is scored, not what the checks keep
        engine: { engine: this.settings.engine },
      },
    );
    const { engine, sourceOnlyAccuracy = NaN, adaptedAccuracy = NaN, battery, seconds } = result;
    const row: Row = {
      pair: pair.name,
      seed,
      epochs,
      engine: `${engine.name}/${engine.device}/${engine.threads}`,
      sourceHeldOut: model.config.heldOutAccuracy,
      sourceOnly: sourceOnlyAccuracy,
      adapted: adaptedAccuracy,
      outcome: battery.outcome,
      seconds,
      trainSeconds,
    };
    appendFileSync(this.#file, `${JSON.stringify(row)}\n`);
    this.#rows.push(row);
    return row;
  }

  async #sourceModel({ folder, source }: Pair, seed: number) {
    const { epochs, work, engine } = this.settings;
    const out = join(work, `${source}-${seed}-e${epochs}`);
    if (existsSync(join(out, 'model.json')))
      return { model: readModel(out), trainSeconds: undefined };
    const { seconds } = await train({
      ...COMMON,
      data: `images:${folder}/${source}`,
      arch: 'mobilenetv1_075',
      init: WEIGHTS,
      size: 128,
      holdOut: 0.1,
      epochs,
      seed,
      out,
      engine: { engine },
    });
    return { model: readModel(out), trainSeconds: seconds };
  }
}
