/** What programs do with fedshot: one function for each command, with the same options and defaults. */
import adaptOperation, { type AdaptOutcome } from './client/adapt.js';
import type { AdaptInput } from './client/adapt-options.js';
import diagnoseOperation, { type DiagnoseInput, type DiagnoseOutcome } from './client/diagnose.js';
import predictOperation, { type PredictInput, type PredictOutcome } from './client/predict.js';
import pullOperation, { type PullInput, type PullOutcome } from './client/pull.js';
import trustUpdateOperation, { type TrustUpdateInput } from './client/trust-update.js';
import auditOperation, { type AuditInput, type AuditOutcome } from './audit/audit.js';
import checkOperation, { type CheckInput, type CheckOutcome } from './provider/check.js';
import serveOperation from './provider/serve.js';
import type { ServeInput } from './provider/serve-options.js';
import trainOperation, { type TrainInput, type TrainOutcome } from './provider/train.js';
import simulateOperation, { type SimulateInput, type SimulateOutcome } from './simulate.js';
import type { TrustReport } from '../client/trust/trust.js';
import type { Job } from './job.js';
import { perform, type Settings } from './perform.js';

/** Trains a model on labelled source data and writes F, B and C into a folder. */
export const train = (options: TrainInput, settings?: Settings): Job<TrainOutcome> =>
  perform(trainOperation, options, settings);

/** Scores a model on held-out data and looks for data in its files, before it is published. */
export const check = (options: CheckInput, settings?: Settings): Job<CheckOutcome> =>
  perform(checkOperation, options, settings);

/**
 * Serves a store over gRPC and TLS until `settings.signal` is aborted. The event `ready` carries the
 * address; `log` its log, line by line.
 */
export const serve = (options: ServeInput, settings?: Settings): Job<void> =>
  perform(serveOperation, options, settings);

/** Follows the provider's roots and looks at what it lists. */
export const updateTrust = (options: TrustUpdateInput, settings?: Settings): Job<TrustReport> =>
  perform(trustUpdateOperation, options, settings);

/** Pulls the newest version of a release and verifies every byte of it. */
export const pull = (options: PullInput, settings?: Settings): Job<PullOutcome> =>
  perform(pullOperation, options, settings);

/** Says, without labels, whether data can be adapted to. */
export const diagnose = (options: DiagnoseInput, settings?: Settings): Job<DiagnoseOutcome> =>
  perform(diagnoseOperation, options, settings);

/** Adapts a pulled release to local, unlabelled data and keeps the result as a run. */
export const adapt = (options: AdaptInput, settings?: Settings): Job<AdaptOutcome> =>
  perform(adaptOperation, options, settings);

/** Predicts the class of each sample with the run in use, or the released model. */
export const predict = (options: PredictInput, settings?: Settings): Job<PredictOutcome> =>
  perform(predictOperation, options, settings);

/** Checks what provider, recorder and sites hand over. */
export const audit = (options: AuditInput, settings?: Settings): Job<AuditOutcome> =>
  perform(auditOperation, options, settings);

/** A provider and sites as separate processes on this machine. */
export const simulate = (options: SimulateInput, settings?: Settings): Job<SimulateOutcome> =>
  perform(simulateOperation, options, settings);
