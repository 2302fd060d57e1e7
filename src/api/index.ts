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
import initProviderOperation, { type InitProviderInput } from './provider/init.js';
import publishOperation, { type PublishInput } from './provider/publish.js';
import exportOperation, { type ExportInput } from './provider/export.js';
import refreshOperation, { type RefreshInput } from './provider/refresh.js';
import providerEvidenceOperation, { type ProviderEvidenceInput } from './provider/evidence.js';
import initSiteOperation, { type InitSiteInput } from './client/init.js';
import runsOperation, { type RunsInput } from './client/runs.js';
import useRunOperation, { type UseRunInput } from './client/use.js';
import rollbackOperation, { type RollbackInput } from './client/rollback.js';
import siteEvidenceOperation, { type SiteEvidenceInput } from './client/evidence.js';
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

/** Makes keys, store and TLS certificate of a provider; once. */
export const initProvider = (options: InitProviderInput, settings?: Settings) =>
  perform(initProviderOperation, options, settings);

/** Signs a model as the next version of a release; `dryRun` shows what it would give away. */
export const publish = (options: PublishInput, settings?: Settings) =>
  perform(publishOperation, options, settings);

/** Copies what sites need of a store into a folder that any web server can serve. */
export const exportStore = (options: ExportInput, settings?: Settings) =>
  perform(exportOperation, options, settings);

/** Says anew that the list of releases is fresh. */
export const refresh = (options: RefreshInput, settings?: Settings) =>
  perform(refreshOperation, options, settings);

/** What a provider hands to an auditor, signed, with nothing private in it. */
export const providerEvidence = (options: ProviderEvidenceInput, settings?: Settings) =>
  perform(providerEvidenceOperation, options, settings);

/** Makes a site’s folder and pins the provider that it trusts. */
export const init = (options: InitSiteInput, settings?: Settings) =>
  perform(initSiteOperation, options, settings);

/** All adaptations of a site, and which of them is in use. */
export const runs = (options: RunsInput, settings?: Settings) =>
  perform(runsOperation, options, settings);

/** Puts a run into use. */
export const useRun = (options: UseRunInput, settings?: Settings) =>
  perform(useRunOperation, options, settings);

/** Goes back to the run that was in use before. */
export const rollback = (options: RollbackInput, settings?: Settings) =>
  perform(rollbackOperation, options, settings);

/** What a site hands to an auditor, signed, with no picture, prediction or file name in it. */
export const siteEvidence = (options: SiteEvidenceInput, settings?: Settings) =>
  perform(siteEvidenceOperation, options, settings);
