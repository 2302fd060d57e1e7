/**
 * The provider that a site trusts.
 *
 * @module
 */
import showOperation from './trust-show.js';
import pinOperation from './init.js';
import updateOperation from './trust-update.js';
import { functionOf } from '../function-of.js';

/** The pinned root, and the newest versions that were seen. */
export const show = functionOf(showOperation);

/** Pins a provider’s root, or takes its next root from a file. */
export const pin = functionOf(pinOperation);

/** Follows the provider’s roots and looks at what it lists. */
export const update = functionOf(updateOperation);
