import { checkLabels, loadSamples, type LoadedSamples } from '../../shared/data/index.js';
import { startEngine } from '../../shared/engine/index.js';
import type { EngineOptions } from '../../shared/engine/index.js';
import { FedshotError } from '../../shared/errors.js';
import { readParameters, type Architecture } from '../../shared/model/architecture.js';
import type { Model } from '../../shared/model/folder.js';
import { paramSpecs } from '../../shared/model/hypothesis.js';
import { networks } from '../../shared/model/networks/index.js';
import { silent, type Reporter } from '../../shared/reporter.js';
import { scoreOn, type CheckResult } from '../check.js';
import { aloneIn } from '../train/folder.js';
import { impliedParameters, openInit } from '../train/init.js';
import { openLabelled } from '../train/open-source.js';
import { classNames, inputOf, labelled } from '../train/source-data.js';
import type { ImportSettings } from './options.js';
import { takeWeights } from './weights.js';

/** A model that was made of weights from elsewhere, and what was measured on it. */
export interface ImportResult extends Omit<CheckResult, 'model' | 'declaredAccuracy' | 'binding'> {
  out: string;
  architecture: Architecture;
  /** Tensors taken. */
  tensors: number;
}

/** What importing uses of the program that calls it. */
export interface ImportSurroundings {
  engine?: EngineOptions;
  reporter?: Reporter;
  signal?: AbortSignal;
}

/**
 * Makes a model of weights that were trained elsewhere. Nothing is learnt: its accuracy and card are measured
 * on labelled data that it was not trained on, and name these weights.
 *
 * @throws FedshotError `model` for weights that are not those of the network, by name; `data` for data without
 *   labels or with other classes; `usage`, `format`, `engine`, `io`
 */
export async function importWeights(
  settings: ImportSettings,
  surroundings: ImportSurroundings = {},
): Promise<ImportResult> {
  const { reporter = silent, signal, engine: wanted } = surroundings;
  const { model, heldOut } = await readParts(settings, reporter);
  const engine = await startEngine(wanted);
  const { input, architecture, classes: names } = model.config;
  const { out, strict } = settings;
  return engine.use(async () => {
    const opened = await openLabelled(heldOut, input, engine.ops, { reporter, strict, signal });
    try {
      const measured = await aloneIn(out, () =>
        scoreOn(engine, model, opened, { model: out, writeCard: true }),
      );
      const { samples, accuracy, classes, confusion } = measured;
      warnOfChance(accuracy, samples, names.length, reporter);
      const tensors = model.state.size;
      return {
        out,
        engine: measured.engine,
        architecture,
        tensors,
        samples,
        accuracy,
        classes,
        confusion,
      };
    } finally {
      opened.dispose();
    }
  });
}

/** The model without figures, and the data to measure them on; nothing is written yet. */
async function readParts(
  settings: ImportSettings,
  reporter: Reporter,
): Promise<{ model: Model; heldOut: LoadedSamples }> {
  const network = networks.get(settings.arch);
  const { path, tensors } = openInit(settings.weights);
  const loaded = labelled(await loadSamples(settings.data, { reporter }));
  if (loaded.kind === 'table')
    throw new FedshotError(
      'usage',
      `${loaded.source} is a table: networks for images are imported`,
      {
        hint: 'how the columns were standardised is not in the weights; use provider train',
      },
    );
  const classes = classNames(loaded, settings.classes);
  const input = inputOf(loaded, network, settings);
  const bottleneck = settings.bottleneck ?? tensors.get('B.bottleneck.weight')?.shape[0] ?? 256;
  const parameters = readParameters(network, {
    ...impliedParameters(network, { path, tensors }),
    ...settings.parameters,
  });
  const task = { input: input.shape, classes: classes.length, bottleneck };
  const architecture = { name: network.name, ...task, ...parameters };
  const rows = tensors.get('C.fc.weight_v')?.shape[0];
  if (rows !== undefined && rows !== classes.length)
    throw new FedshotError(
      'model',
      `${path}: C has ${rows} classes, and ${classes.length} are named: ${classes.slice(0, 5).join(', ')}${classes.length > 5 ? ' …' : ''}`,
      { hint: 'name them in the order of its outputs with --classes' },
    );
  const state = takeWeights(tensors, paramSpecs(architecture), path);
  return {
    model: { config: { format: 'fedshot-model/1', architecture, input, classes }, state },
    heldOut: checkLabels(loaded, classes),
  };
}

/** Standard deviations above chance that a model should reach at least. */
const ABOVE_CHANCE = 3;

/** The usual mistakes all end in the accuracy of chance, and nothing else fails. */
function warnOfChance(accuracy: number, samples: number, K: number, reporter: Reporter): void {
  const chance = 1 / K;
  const deviation = Math.sqrt((chance * (1 - chance)) / samples);
  if (accuracy > chance + ABOVE_CHANCE * deviation) return;
  reporter.warn(
    `${(100 * accuracy).toFixed(1)} % is no better than chance: are --classes in the order of the outputs, and were the pictures normalised and resized as the network expects here?`,
    'no-better-than-chance',
    { accuracy, classes: K },
  );
}
