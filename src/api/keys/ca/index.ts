/**
 * Authorities that vouch for the server, each a line of the root.
 *
 * @module
 */
import showOperation from './show.js';
import addOperation from './add.js';
import useOperation from './use.js';
import removeOperation from './remove.js';
import { functionOf } from '../../function-of.js';

/** The authorities for servers that the root names. */
export const show = functionOf(showOperation);

/** Names one more authority for servers in the next root; servers go on as they are. */
export const add = functionOf(addOperation);

/** Lets an authority that the root names issue the server’s certificate. */
export const use = functionOf(useOperation);

/** Takes an authority for servers out of the next root. */
export const remove = functionOf(removeOperation);
