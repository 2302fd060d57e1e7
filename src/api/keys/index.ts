/**
 * Keys of a provider: `keys.rotate` is `fedshot keys rotate`.
 *
 * @module
 */
import showOperation from './show.js';
import createOperation from './create.js';
import rotateOperation from './rotate.js';
import revokeOperation from './revoke.js';
import renewOperation from './renew.js';
import signOperation from './sign.js';
import { functionOf } from '../function-of.js';

/** What signs what, where each key is and what expires. Opens no key. */
export const show = functionOf(showOperation);

/** Makes a key; a root gives it its role later. */
export const create = functionOf(createOperation);

/** Replaces the keys of a role by new ones, in the next root; or the server’s certificate. */
export const rotate = functionOf(rotateOperation);

/** Takes keys out of the root, e.g. after a theft. */
export const revoke = functionOf(revokeOperation);

/** Signs the root as it is for another year. */
export const renew = functionOf(renewOperation);

/** Adds the signatures of the keys that are here to a root that needs more of them. */
export const sign = functionOf(signOperation);

export * as ca from './ca/index.js';
