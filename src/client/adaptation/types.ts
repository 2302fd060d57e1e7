import type { Engine, EngineOptions } from '../../shared/engine/index.js';
import type { StateDict } from '../../shared/model/state.js';
import type { Reporter } from '../../shared/reporter.js';
import type { Battery, Observations, VerdictOutcome } from '../diagnostics/index.js';
import type { InputOptions } from '../target/options.js';
import type { Reading } from '../target/reading.js';
import type { SampleSheet } from './sample-sheet.js';

export const TARGET_AUGMENTATIONS = ['none', 'affine', 'crop', 'crop-flip'] as const;
export type TargetAugmentation = (typeof TARGET_AUGMENTATIONS)[number];

export interface AdaptOptions extends InputOptions {
  /** Name of the method by which F and B are adapted; `shot` where it is not given. */
  method?: string;
  /** The method's own options, by its schema (docs/method.md). */
  methodOptions?: Record<string, unknown>;
  epochs: number;
  batch: number;
  /** lr₀ of the schedule. */
  lr: number;
  /** Factor on the learning rate of F: 1 for digits, 0.1 for a pre-trained extractor. */
  featureLr: number;
  /** Parameters of F that stay as they are, by their names' beginnings. */
  freeze?: string[];
  /** F's batch normalisation keeps its running statistics and uses them in training too. */
  freezeBnStatistics?: boolean;
  /** β, weight of the pseudo-label term; 0 is SHOT-IM. */
  beta: number;
  /** α, weight of the information-maximisation terms. */
  alpha: number;
  /** Classes with at most this many predicted samples get no pseudo-labels. */
  threshold: number;
  /** π: balanced where it is not given, estimated from the released model's predictions, or read from a file. */
  prior?: string;
  /** Any class may be absent: no diversity term, and classes of at most 10 samples left out. */
  partial?: boolean;
  /** Samples of unknown classes may occur: they leave the losses and are answered "unknown". */
  openSet?: boolean;
  /** How samples are moved before each training step; never where they are looked at or scored. */
  augment?: TargetAugmentation;
  /** Keeps the adapted model whatever the battery says of it. */
  force?: boolean;
  seed: number;
  /** Goes on from the checkpoint in `work`. */
  resume: boolean;
  engine?: EngineOptions;
  reporter?: Reporter;
  signal?: AbortSignal;
  /** Milliseconds on any clock; measures the run. */
  clock?: () => number;
}

/** As {@link AdaptOptions}, but `method` may be `auto`: it is picked among those that the time allows. */
export interface AutoOptions extends AdaptOptions {
  /** Seconds that `auto` may take. */
  budget?: number;
}

/** The release that is adapted, as its signed manifest names it. */
export interface ReleaseId {
  name: string;
  version: number;
  /** SHA-256 of the manifest, hexadecimal. */
  digest: string;
}

export interface TargetEpochRecord {
  /** Counted from 1. */
  epoch: number;
  /** Means over the epoch's steps: the objective, and each of its terms by the method's own names. */
  loss: number;
  terms: Record<string, number>;
  /** Those of the terms that SHOT has, nats, where the method reports them (docs/method.md). */
  entropy?: number;
  diversity?: number;
  pseudoCe?: number;
  /** Share of this epoch's pseudo-labels that equal the model's own predictions at its start. */
  pseudoLabelAgreement?: number;
  /** Share of pseudo-labels that differ from the epoch before. */
  pseudoLabelChanged?: number;
  /** Share of scored samples that are right after this epoch, where there are labels. */
  accuracy?: number;
}

export interface AdaptResult {
  engine: Pick<Engine, 'name' | 'device' | 'version' | 'threads'>;
  release: ReleaseId;
  classes: string[];
  method: string;
  /** How samples were moved in training, if they were. */
  augment?: TargetAugmentation;
  /** Shares of the classes that the loss was given in place of equal ones. */
  prior?: number[];
  /** Samples adapted on. */
  n: number;
  /** What the battery says, without labels, and which model is kept. */
  battery: Battery;
  /** Shares of the scored samples that are right, 0..1; absent without labels. Of the kept model. */
  sourceOnlyAccuracy?: number;
  adaptedAccuracy?: number;
  /** K × K counts, rows true and columns predicted, before and after; absent without labels. */
  confusion?: { before: number[][]; after: number[][] };
  /** Share of the samples that an open set calls unknown: 0 unless their entropies stand apart. */
  unknownShare?: number;
  /** How far they stand apart (`objective/unknown.ts`); absent where the entropies do not differ. */
  unknownSeparability?: number;
  /** Whether every bit of C is as it was released. */
  classifierUnchanged: boolean;
  /** Share of the last pseudo-labels that equal the model's own predictions; absent for β = 0. */
  pseudoLabelAgreement?: number;
  epochs: TargetEpochRecord[];
  /** What `--method auto` tried, and why it took what it took. */
  choice?: { method: string; why: string; candidates: TriedMethod[] };
  /** Figures of every source, where there are several. */
  sources?: SourceResult[];
  seed: number;
  seconds: number;
}

/** One method that `auto` has tried. */
export interface TriedMethod {
  method: string;
  outcome: VerdictOutcome;
  /** Whether the battery lets it take part. */
  accepted: boolean;
  /**
   * Left out although accepted. `uneven`: it shares samples out evenly among classes that are shared out
   * otherwise here. `unsteady`: its answers change much more than another's when the samples are moved.
   */
  leftOut?: 'uneven' | 'unsteady';
  /** Share of samples on which it agrees with the ensemble. */
  agreement: number;
  /** κ between its answers to the samples and to slightly moved views of them. */
  views: number;
  adaptedAccuracy?: number;
  seconds: number;
}

/** One of several sources. */
export interface SourceResult {
  release: ReleaseId;
  outcome: VerdictOutcome;
  kept: Battery['kept'];
  sourceOnlyAccuracy?: number;
  adaptedAccuracy?: number;
}

export interface Adapted {
  result: AdaptResult;
  /** Of the kept model. */
  state: StateDict;
  /** What was adapted, whether it is kept or not; the released weights where nothing was. */
  tried: StateDict;
  /** A few samples with their predictions, for the site's own report. */
  samples: SampleSheet;
  /** How the model is to be used. */
  use: Use;
  /** What the battery looked at. */
  observations: Observations;
  /** Probabilities for what is scored, `N × K`, of the kept model, and labels where there are any. */
  answers: Float32Array;
  labels?: Int32Array;
}

/** What `predict` has to do besides running the model. */
export interface Use {
  reading: Reading;
  /** Answers "unknown" for samples of a higher entropy, over log K. */
  unknownAbove?: number;
  /** Answers as T3A does, sample after sample. */
  stream: boolean;
}
