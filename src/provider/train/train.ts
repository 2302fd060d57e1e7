import { startEngine, type Engine } from '../../shared/engine/index.js';
import { makeCard, minimumCountFor } from '../../shared/model/card/index.js';
import type { ModelConfig } from '../../shared/model/config.js';
import { weightDigests, writeModel } from '../../shared/model/folder.js';
import { checkpointOf } from './checkpoint.js';
import { aloneIn } from './folder.js';
import { trainSettings, type TrainOptions, type TrainSettings } from './options.js';
import { openSourceData, type OpenedSource } from './open-source.js';
import type { TrainResult } from './result.js';
import { sourceData, type SourceData } from './source-data.js';
import { trainEpochs, type Best } from './training.js';

/**
 * Trains a hypothesis on labelled source data and writes the weights of its best epoch on held-out
 * data (Liang et al. 2020, section 3.1).
 *
 * @throws FedshotError `usage` for an option, or while another process trains into the same folder;
 *   `data`, `model`, `engine`, `io`; `interrupted` once `signal` is aborted, the last whole epoch
 *   being kept for `resume`
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const settings = trainSettings(options);
  return aloneIn(settings.out, () => trainAlone(settings));
}

async function trainAlone(settings: TrainSettings): Promise<TrainResult> {
  const { out, beside, reporter, clock, seed } = settings;
  const started = clock();
  const data = await sourceData(settings);
  const engine = await startEngine(settings.engine);
  const { best, epochs, config, samples, undescribed } = await engine.use(async () => {
    const source = await openSourceData(data, settings, engine.ops);
    try {
      const trained = await trainEpochs(settings, { ...data, source }, engine);
      return {
        ...trained,
        config: await describeModel(data, source, trained.best, engine),
        samples: { trained: source.train.labels.length, heldOut: source.heldOut.labels.length },
        undescribed: undescribedClasses(data, source.heldOut.labels),
      };
    } finally {
      source.dispose();
    }
  });
  if (undescribed.length > 0)
    reporter.warn(
      tooFew(undescribed, minimumCountFor(data.input, data.classes.length)),
      'classes-not-described',
      { count: undescribed.length },
    );
  writeModel(out, { config, state: best.state }, beside);
  checkpointOf(settings, engine).file.remove();
  return {
    out,
    engine: nameOf(engine),
    architecture: data.architecture,
    classes: data.classes,
    ...(data.init && { init: data.init.report }),
    samples,
    undescribed,
    heldOutAccuracy: best.accuracy,
    bestEpoch: best.epoch,
    epochs,
    seed,
    seconds: (clock() - started) / 1000,
  };
}

/** `model.json`, with what was measured on the weights that are kept. */
async function describeModel(
  { architecture, input, classes }: SourceData,
  { train, heldOut }: OpenedSource,
  { state, seen, accuracy }: Best,
  { ops }: Engine,
): Promise<ModelConfig> {
  const trainLabels = train.labels;
  return {
    format: 'fedshot-model/1',
    architecture,
    input,
    classes,
    heldOutAccuracy: Number(accuracy.toPrecision(4)),
    measuredOn: weightDigests(state),
    card: await makeCard({ architecture, input, state, seen, ops, heldOut, trainLabels }),
  };
}

const nameOf = ({ name, device, version, threads }: Engine): TrainResult['engine'] => ({
  name,
  device,
  version,
  threads,
});

/** Classes with too few held-out samples for the card to say anything of them. */
const undescribedClasses = ({ classes, input }: SourceData, heldOut: Int32Array): string[] => {
  const least = minimumCountFor(input, classes.length);
  return classes.filter((_, k) => heldOut.filter((label) => label === k).length < least);
};

const tooFew = (classes: string[], least: number): string =>
  `${classes.length === 1 ? 'class' : 'classes'} ${classes.slice(0, 5).join(', ')}${classes.length > 5 ? ` and ${classes.length - 5} more` : ''}: under ${least} held-out samples, so that the card says nothing of them and sites will hear "not enough to tell"; bring more labelled samples, by --test or a larger --hold-out`;
