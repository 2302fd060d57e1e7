/**
 * Sites that a provider enrols: `provision.site` is `fedshot provision site`.
 *
 * @module
 */
import initOperation from './init.js';
import siteOperation from './site.js';
import requestOperation from './request.js';
import approveOperation from './approve.js';
import renewOperation from './renew.js';
import revokeOperation from './revoke.js';
import listOperation from './list.js';
import { functionOf } from '../function-of.js';

/** Makes the authority for sites: from then on a server asks for certificates. */
export const init = functionOf(initOperation);

/** Enrols a site: its key, certificate and start-up kit. */
export const site = functionOf(siteOperation);

/** At a site: makes a key that stays here, and a request to send. */
export const request = functionOf(requestOperation);

/** Grants the request of a site that keeps its own key. */
export const approve = functionOf(approveOperation);

/** Gives an enrolled site a new key and certificate; the others stay valid. */
export const renew = functionOf(renewOperation);

/** Revokes a site’s certificates; a running server knows at once. */
export const revoke = functionOf(revokeOperation);

/** Every site and its certificates. */
export const list = functionOf(listOperation);

export * as ca from './ca/index.js';
