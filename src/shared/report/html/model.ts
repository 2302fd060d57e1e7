/** What one epoch came to; what a method does not have is absent. Losses are nats, shares 0..1. */
export interface EpochReport {
  /** 1, 2, … */
  epoch: number;
  /** Mean of the whole objective over the epoch's steps. */
  loss?: number;
  /** Means of its terms, by the method's own names. */
  terms?: Readonly<Record<string, number>>;
  /** SHOT's terms, as records had them before there were others. */
  entropy?: number;
  diversity?: number;
  pseudoCe?: number;
  /** Share of pseudo-labels equal to the model's own predictions at the epoch's start. */
  pseudoLabelAgreement?: number;
  /** Share of pseudo-labels that differ from the epoch before. */
  pseudoLabelChanged?: number;
  /** After the epoch, on labelled data; in the epochs that were scored. */
  accuracy?: number;
}

/** Counts, rows the true class, columns the predicted one. */
export type Confusion = number[][];

/** A few inputs with what the adapted model makes of them. */
export interface SampleReport {
  /** `[height, width, channels]`, channels 1 or 3; anything else is not drawn. */
  shape: readonly number[];
  /** `count × height × width × channels` values in 0..1, sample after sample. */
  images: ArrayLike<number>;
  /** Class index per sample. */
  predicted: ArrayLike<number>;
  /** True class index per sample, where known. */
  label?: ArrayLike<number>;
}

/** The verdict on a run, and what it rests on. */
export interface BatteryReport {
  /** `ok`, `warn`, `undecided`, `refuse` or `rolled back`. */
  outcome: string;
  /** Which model is in use now. */
  kept: string;
  /** The epoch that it was rolled back to. */
  epoch?: number;
  findings: { outcome: string; says: string; remedy?: string }[];
}

/** What `--method auto` tried. */
export interface ChoiceReport {
  method: string;
  why: string;
  candidates: {
    method: string;
    outcome: string;
    accepted: boolean;
    leftOut?: string;
    agreement: number;
    views: number;
    adaptedAccuracy?: number;
    seconds: number;
  }[];
}

/** One site's adaptation: the JSON of `fedshot client adapt`, and what a page shows besides. */
export interface RunReport {
  engine: { name: string; device: string; version: string; threads: number };
  release: { name: string; version: number; digest: string };
  sourceOnlyAccuracy?: number;
  adaptedAccuracy?: number;
  /** Whether C is bit for bit the released C. */
  classifierUnchanged: boolean;
  epochs: EpochReport[];
  confusion?: { before: Confusion; after: Confusion };
  classes: string[];
  /** How it was adapted, e.g. `shot`. */
  method?: string;
  choice?: ChoiceReport;
  /** What the site found out about the run without labels. */
  battery?: BatteryReport;
  /** Share of the last pseudo-labels equal to the adapted model's own predictions. */
  pseudoLabelAgreement?: number;
  samples?: SampleReport;
  seconds: number;
  /** Unlabelled samples adapted to. */
  n: number;
  seed: number;
}

/** A site as the page presents it. */
export interface SiteReport {
  /** What the site is called. */
  name: string;
  /** The data it adapted to, in the notation of `--data`. */
  data: string;
  bytesReceived?: number;
  /** What to call the terms of its objective, where the method's own names are abbreviations. */
  termTitles?: Readonly<Record<string, string>>;
  run: RunReport;
}

export interface ReportModel {
  title: string;
  created: Date;
  /** Version of fedshot. */
  version: string;
  sites: SiteReport[];
}
