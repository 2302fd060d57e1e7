import { checkLabels, loadDataset } from '../../shared/data/index.js';
import { applyInput, fitInput, type InputSpec } from '../../shared/preprocessing/input.js';
import { holdOut, holdOutForCard } from '../../shared/data/split.js';
import type { Dataset } from '../../shared/data/types.js';
import { FedshotError } from '../../shared/errors.js';
import { readParameters, type Architecture } from '../../shared/model/architecture.js';
import { MINIMUM_COUNT } from '../../shared/model/card/index.js';
import type { Network } from '../../shared/model/network.js';
import { networks } from '../../shared/model/networks/index.js';
import { random } from '../../shared/random.js';
import type { Reporter } from '../../shared/reporter.js';
import { describeInit, impliedParameters, openInit, takeInit, type InitFile } from './init.js';
import type { InitReport } from './result.js';
import { assertClasses } from './source-classes.js';
import type { TrainSettings } from './options.js';

/** Normalised samples with their labels. */
export interface Samples {
  x: Float32Array;
  labels: Int32Array;
  count: number;
  shape: readonly number[];
}

/** Everything that source training reads, ready for the engine. */
export interface SourceData {
  train: Samples;
  heldOut: Samples;
  input: InputSpec;
  architecture: Architecture;
  classes: string[];
  /** What F begins with, where it does not begin at random. */
  init?: ReturnType<typeof takeInit>;
}

/**
 * Reads source and held-out data. All statistics of the input contract come from the samples that
 * are trained on.
 *
 * @throws FedshotError `data` where labels are missing, too few or outside the classes; `usage` for a
 *   network or a parameter of it that is not known
 */
export async function sourceData(settings: TrainSettings): Promise<SourceData> {
  const network = networks.get(settings.arch);
  const file = settings.init === undefined ? undefined : openInit(settings.init);
  const parameters = parametersOf(network, settings, file);
  const { classes, trained, heldOut } = await readSamples(settings);
  const input = fitInput(trained, network.naturalInput);
  const { bottleneck } = settings;
  const task = { input: input.shape, classes: classes.length, bottleneck };
  const samples = (dataset: Dataset): Samples => ({
    x: applyInput(dataset, input),
    labels: dataset.labels!,
    count: dataset.count,
    shape: input.shape,
  });
  const architecture = { name: network.name, ...task, ...parameters };
  const init = file && takeInit(file, network, architecture);
  if (init) tell(init.report, settings.reporter);
  return {
    train: samples(trained),
    heldOut: samples(heldOut),
    input,
    architecture,
    classes,
    init,
  };
}

/** The network's parameters as told, `hidden` among them, as its weights imply, and its defaults. */
function parametersOf(
  network: Network,
  { parameters, hidden }: Pick<TrainSettings, 'parameters' | 'hidden'>,
  file: InitFile | undefined,
): Record<string, unknown> {
  const told = { ...(file && impliedParameters(network, file)), ...parameters };
  return readParameters(network, hidden ? { ...told, hidden } : told);
}

/** Says what F begins with. */
function tell(report: InitReport, reporter: Reporter): void {
  const { note, warning } = describeInit(report);
  reporter.note(note);
  if (warning !== undefined) reporter.warn(warning);
  const { file, taken, fitted, head, left, missed } = report;
  reporter.event?.({
    type: 'init',
    file,
    taken: taken.length + fitted.length,
    left: head.length + left.length,
    missed: missed.length,
  });
}

/** What is trained on and what is held out, with the classes that their labels index. */
async function readSamples(
  settings: TrainSettings,
): Promise<{ classes: string[]; trained: Dataset; heldOut: Dataset }> {
  const { reporter, test } = settings;
  const source = labelled(await loadDataset(settings.data, { reporter }));
  const given =
    test === undefined ? undefined : labelled(await loadDataset(test, { takes: source, reporter }));
  const least = given ? 2 : 3;
  if (source.count < least)
    throw new FedshotError(
      'data',
      `${source.source}: ${count(source.count)}, too few to train on`,
      {
        hint: 'training needs at least two samples, and one more to hold out where there is no --test',
      },
    );
  assertClasses(source, reporter);
  const classes = classNames(source, settings.classes);
  const checked = checkLabels(source, classes); // before the split, so that samples keep their numbers
  if (given) return { classes, trained: checked, heldOut: checkLabels(given, classes) };
  const { kept, held } = split(checked.labels!, classes.length, settings);
  return { classes, trained: rows(checked, kept), heldOut: rows(checked, held) };
}

/**
 * Held-out samples that a class should have: of twenty a card says something, of a few more with a
 * margin for the share of them that a site's figures are held against.
 */
const FOR_CARD = MINIMUM_COUNT + 5;

/** A share of the samples as told; untold, as many of each class as the card needs. */
const split = (
  labels: Int32Array,
  K: number,
  { holdOut: share, seed }: Pick<TrainSettings, 'holdOut' | 'seed'>,
): { kept: Int32Array; held: Int32Array } =>
  share === undefined
    ? holdOutForCard(labels, K, FOR_CARD, random(seed))
    : holdOut(labels.length, share, random(seed));

const count = (n: number): string => (n === 1 ? 'one sample' : `${n} samples`);

function labelled(dataset: Dataset): Dataset {
  if (dataset.labels) return dataset;
  throw new FedshotError('data', `${dataset.source}: has no labels`, {
    hint: 'a provider trains on labelled data: idx:IMAGES,LABELS or csv:FILE#label=COLUMN',
  });
}

function classNames(source: Dataset, given: string[] | undefined): string[] {
  if (given && given.length < 2)
    throw new FedshotError(
      'usage',
      `--classes names ${given.length} class; two or more are needed`,
    );
  if (given) return given;
  const most = source.labels!.reduce((a, b) => Math.max(a, b), -1);
  const names = source.classNames
    ? [...source.classNames]
    : Array.from({ length: most + 1 }, (_, k) => String(k));
  if (names.length < 2)
    throw new FedshotError(
      'data',
      `${source.source}: ${names.length} class; two or more are needed`,
    );
  return names;
}

/** The samples with these numbers. */
function rows(dataset: Dataset, index: Int32Array): Dataset {
  const width = dataset.x.length / dataset.count;
  const x = new Float32Array(index.length * width);
  index.forEach((from, to) =>
    x.set(dataset.x.subarray(from * width, (from + 1) * width), to * width),
  );
  const labels = dataset.labels && Int32Array.from(index, (i) => dataset.labels![i]!);
  return { ...dataset, count: index.length, x, labels };
}
