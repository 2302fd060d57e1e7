import type { AuditResult } from '../audit/index.js';
import type { ErrorCode } from '../shared/errors.js';
import type { RunReport } from '../shared/report/html/model.js';
import type { Reporter } from '../shared/reporter.js';

export interface SimulateOptions {
  /** Number of sites, at least 1. */
  sites: number;
  /** Domains of the embedded digits, one per site, repeated when they are fewer. */
  domains?: readonly string[];
  /** Domain of the provider's data. */
  source: string;
  arch: string;
  /** Labelled samples that the provider trains on; a tenth of them is held out. */
  sourceSamples: number;
  /** Unlabelled samples that each site adapts to. */
  samples: number;
  /** Labelled samples that each site is scored on. */
  testSamples: number;
  /** Epochs of source training. */
  epochs: number;
  /** Epochs of adaptation. */
  adaptEpochs: number;
  seed: number;
  /** The name of an engine, or `auto`. */
  engine?: string;
  /** Folder of the whole simulation: empty or new. */
  out: string;
  /** Puts a recorder between provider and sites, and audits in the end. */
  audit?: boolean;
  /** CPU cores to share out. */
  cores: number;
  reporter: Reporter;
  signal: AbortSignal;
  /** Milliseconds on any clock; measures the run. */
  clock?: () => number;
  /** The program that runs as every process; by default fedshot's own command line. */
  program?: string;
}

export interface ProviderResult {
  /** The data it trained on. */
  data: string;
  heldOutAccuracy: number;
  /** Seconds of training. */
  seconds: number;
  release: { name: string; version: number; digest: string };
}

export interface SiteResult {
  name: string;
  domain: string;
  /** Shares of the site's test samples that are right, 0..1. */
  sourceOnlyAccuracy: number;
  adaptedAccuracy: number;
  /** Share of the last pseudo-labels equal to the adapted model's own predictions, if it was kept. */
  pseudoLabelAgreement?: number;
  classifierUnchanged: boolean;
  /** What the site says of its run without looking at labels. */
  verdict?: string;
  /** Payload bytes of the pull. */
  bytesReceived: number;
  /** Seconds of adaptation. */
  seconds: number;
}

/** A site that has no result. */
export interface SiteFailure {
  name: string;
  domain: string;
  /** What the process that failed said, or how it ended. */
  error: { code: ErrorCode; message: string; hint?: string };
}

export interface SimulateResult {
  provider: ProviderResult;
  sites: SiteResult[];
  /** Sites without a result; absent when there are none. */
  failed?: SiteFailure[];
  /** With `audit`. */
  audit?: AuditResult;
  /** Of the whole, in seconds. */
  seconds: number;
  out: string;
}

/** A simulation's result with every site's own, for its page. */
export interface Simulated {
  result: SimulateResult;
  runs: { name: string; data: string; bytesReceived: number; run: RunReport }[];
}
