import { checkLabels, loadSamples, type LoadedSamples } from '../../shared/data/index.js';
import { pickSamples } from '../../shared/data/pick.js';
import { holdOut, holdOutForCard, holdOutGroups } from '../../shared/data/split.js';
import { FedshotError } from '../../shared/errors.js';
import { readParameters, type Architecture } from '../../shared/model/architecture.js';
import { MINIMUM_COUNT } from '../../shared/model/card/index.js';
import type { Network } from '../../shared/model/network.js';
import { networks } from '../../shared/model/networks/index.js';
import { fitInput, type InputSpec } from '../../shared/preprocessing/input.js';
import { pictureInput } from '../../shared/preprocessing/picture-input.js';
import { LEAST_ROWS } from '../../shared/preprocessing/rounding.js';
import { random } from '../../shared/random.js';
import { present } from '../../shared/present.js';
import type { Reporter } from '../../shared/reporter.js';
import { describeInit, impliedParameters, openInit, takeInit, type InitFile } from './init.js';
import type { InitReport } from './result.js';
import { assertClasses } from './source-classes.js';
import type { TrainSettings } from './options.js';

/** Samples of a source, with their labels. */
export interface LabelledSource {
  loaded: LoadedSamples;
  labels: Int32Array;
  count: number;
}

/** Everything that source training reads. */
export interface SourceData {
  train: LabelledSource;
  heldOut: LabelledSource;
  input: InputSpec;
  architecture: Architecture;
  classes: string[];
  /** What F begins with, where it does not begin at random. */
  init?: ReturnType<typeof takeInit>;
}

/**
 * Reads source and held-out data; pictures are only found. All statistics of the input contract come
 * from the samples that are trained on.
 *
 * @throws FedshotError `data` where labels are missing, too few or outside the classes; `usage` for a
 *   network or a parameter of it that is not known
 */
export async function sourceData(settings: TrainSettings): Promise<SourceData> {
  const network = networks.get(settings.arch);
  const file = settings.init === undefined ? undefined : openInit(settings.init);
  const parameters = parametersOf(network, settings, file);
  const { classes, trained, heldOut } = await findSamples(settings);
  const input = inputOf(trained, network, settings);
  const { bottleneck } = settings;
  const task = { input: input.shape, classes: classes.length, bottleneck };
  const labelled = (loaded: LoadedSamples): LabelledSource => ({
    loaded,
    labels: labelsOf(loaded),
    count: loaded.count,
  });
  const architecture = { name: network.name, ...task, ...parameters };
  const init = file && takeInit(file, network, architecture);
  if (init) tell(init.report, settings.reporter);
  return {
    train: labelled(trained),
    heldOut: labelled(heldOut),
    input,
    architecture,
    classes,
    init,
  };
}

/** Side of the pictures that a network sees where neither it nor anybody else says. */
const PICTURE_SIDE = 224;

/** The contract: steps for pictures of any size, and for arrays where a size is asked for. */
export function inputOf(
  trained: LoadedSamples,
  { naturalInput, normalisation }: Network,
  { size }: Pick<TrainSettings, 'size'>,
): InputSpec {
  if (trained.kind !== 'pictures' && size === undefined) return fitInput(trained, naturalInput);
  if (trained.kind === 'table')
    throw new FedshotError('usage', `--size is for pictures; ${trained.source} is a table`);
  const [C = 3, H = PICTURE_SIDE, W = PICTURE_SIDE] = naturalInput ?? [];
  return pictureInput([C, size ?? H, size ?? W], normalisation);
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
  reporter.note(note, 'init');
  if (warning !== undefined) reporter.warn(warning, 'init');
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
async function findSamples(
  settings: TrainSettings,
): Promise<{ classes: string[]; trained: LoadedSamples; heldOut: LoadedSamples }> {
  const { reporter, test } = settings;
  const source = labelled(await loadSamples(settings.data, { reporter }));
  const takes = source.kind === 'pictures' ? { kind: 'image' as const } : source;
  const given =
    test === undefined ? undefined : labelled(await loadSamples(test, { takes, reporter }));
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
  const { kept, held } = split(checked, classes.length, settings);
  return { classes, trained: pickSamples(checked, kept), heldOut: pickSamples(checked, held) };
}

/**
 * Held-out samples that a class should have: of twenty a card says something, of a few more with a
 * margin for the share of them that a site's figures are held against.
 */
const FOR_CARD = MINIMUM_COUNT + 5;

/** A share of the samples as given, or as many of each class as the card needs; whole groups where there are any. */
function split(
  loaded: LoadedSamples,
  K: number,
  { holdOut: share, seed, recipe }: Pick<TrainSettings, 'holdOut' | 'seed' | 'recipe'>,
): { kept: Int32Array; held: Int32Array } {
  const labels = labelsOf(loaded);
  const groups = loaded.kind === 'pictures' ? loaded.groups : undefined;
  if (groups) return holdOutGroups(groups, share ?? GROUP_SHARE, random(seed));
  if (share !== undefined) return holdOut(labels.length, share, random(seed));
  return recipe === 'shot-objects'
    ? holdOutForCard(labels, K, LEAST_ROWS, random(seed), { most: 0.2, otherwise: 'tenth' })
    : holdOutForCard(labels, K, FOR_CARD, random(seed));
}

/** Groups are few: a tenth of them may leave out a class. */
const GROUP_SHARE = 0.2;

const count = (n: number): string => (n === 1 ? 'one sample' : `${n} samples`);

/** Refuses data without labels. @throws FedshotError `data` */
export function labelled<T extends LoadedSamples>(dataset: T): T {
  if (dataset.labels) return dataset;
  throw new FedshotError('data', `${dataset.source}: has no labels`, {
    hint: 'a provider trains on labelled data: idx:IMAGES,LABELS, csv:FILE#label=COLUMN or images:DIR with a folder for each class',
  });
}

/** The classes' names: as given, or those of the data. @throws FedshotError `usage`, `data` */
export function classNames(source: LoadedSamples, given: string[] | undefined): string[] {
  if (given && given.length < 2)
    throw new FedshotError(
      'usage',
      `--classes names ${given.length} class; two or more are needed`,
    );
  if (given) return given;
  const most = labelsOf(source).reduce((a, b) => Math.max(a, b), -1);
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

/** The labels of data that were checked to have some. */
const labelsOf = ({ labels, source }: LoadedSamples): Int32Array =>
  present(labels, `the labels of ${source}`);
