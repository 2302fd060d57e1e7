/**
 * Authorities that vouch for sites.
 *
 * @module
 */
import showOperation from './show.js';
import addOperation from './add.js';
import useOperation from './use.js';
import removeOperation from './remove.js';
import { functionOf } from '../../function-of.js';

/** The authorities for sites that are accepted, and who depends on them. */
export const show = functionOf(showOperation);

/** Makes one more authority for sites; the server accepts its certificates too. */
export const add = functionOf(addOperation);

/** Lets an authority issue the certificates of sites; those of the others stay valid. */
export const use = functionOf(useOperation);

/** Refuses, from now on, the certificates that an authority for sites has issued. */
export const remove = functionOf(removeOperation);
