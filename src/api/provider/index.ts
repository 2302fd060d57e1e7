/**
 * What a provider does: `provider.backup` is `fedshot provider backup`.
 *
 * @module
 */
import initOperation from './init.js';
import trainOperation from './train.js';
import importOperation from './import.js';
import checkOperation from './check.js';
import publishOperation from './publish.js';
import serveOperation from './serve.js';
import exportOperation from './export.js';
import refreshOperation from './refresh.js';
import snapshotOperation from './snapshot.js';
import evidenceOperation from './evidence.js';
import backupOperation from './backup.js';
import recoverOperation from './recover.js';
import { functionOf } from '../function-of.js';

/** Makes keys, store and TLS certificate of a provider; once. */
export const init = functionOf(initOperation);

/** Trains a model on labelled source data and writes F, B and C into a folder. */
export const train = functionOf(trainOperation);

/** Makes a model of weights that were trained elsewhere, and measures it on held-out data. */
const importModel = functionOf(importOperation);
export { importModel as import };

/** Scores a model on held-out data and looks for data in its files, before it is published. */
export const check = functionOf(checkOperation);

/** Signs a model as the next version of a release; `dryRun` shows what it would give away. */
export const publish = functionOf(publishOperation);

/**
 * Serves a store over gRPC and TLS until `settings.signal` is aborted. The event `ready` carries the
 * address; `log` its log, line by line.
 */
export const serve = functionOf(serveOperation);

/** Copies what sites need of a store into a folder that any web server can serve. */
const exportStore = functionOf(exportOperation);
export { exportStore as export };

/** Says anew that the list of releases is fresh. */
export const refresh = functionOf(refreshOperation);

/** Copies the log as of one moment, for an audit, while the server runs. */
export const snapshot = functionOf(snapshotOperation);

/** What a provider hands to an auditor, signed, with nothing private in it. */
export const evidence = functionOf(evidenceOperation);

/** Copies store, log and sealed keys to a new folder, while the server runs. */
export const backup = functionOf(backupOperation);

/** After the log was restored from a back-up: says so in the next root, once. */
export const recover = functionOf(recoverOperation);
