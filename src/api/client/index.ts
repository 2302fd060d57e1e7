/**
 * What a site does: `client.adapt` is `fedshot client adapt`.
 *
 * @module
 */
import initOperation from './init.js';
import pullOperation from './pull.js';
import diagnoseOperation from './diagnose.js';
import adaptOperation from './adapt.js';
import predictOperation from './predict.js';
import runsOperation from './runs.js';
import useOperation from './use.js';
import rollbackOperation from './rollback.js';
import evidenceOperation from './evidence.js';
import { functionOf } from '../function-of.js';

/** Makes a site’s folder and pins the provider that it trusts. */
export const init = functionOf(initOperation);

/** Pulls the newest version of a release and verifies every byte of it. */
export const pull = functionOf(pullOperation);

/** Says, without labels, whether data can be adapted to. */
export const diagnose = functionOf(diagnoseOperation);

/** Adapts a pulled release to local, unlabelled data and keeps the result as a run. */
export const adapt = functionOf(adaptOperation);

/** Predicts the class of each sample with the run in use, or the released model. */
export const predict = functionOf(predictOperation);

/** All adaptations of a site, and which of them is in use. */
export const runs = functionOf(runsOperation);

/** Puts a run into use. */
export const use = functionOf(useOperation);

/** Goes back to the run that was in use before. */
export const rollback = functionOf(rollbackOperation);

/** What a site hands to an auditor, signed, with no picture, prediction or file name in it. */
export const evidence = functionOf(evidenceOperation);

export * as trust from './trust.js';
