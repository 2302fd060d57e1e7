/**
 * Tensor engines: `engine.list` is `fedshot engine list`.
 *
 * @module
 */
import listOperation from './list.js';
import installOperation from './install.js';
import ensureOperation from './ensure.js';
import benchOperation from './bench.js';
import { functionOf } from '../function-of.js';

/** What can compute here, what is chosen, and why. */
export const list = functionOf(listOperation);

/** Fetches an engine into the cache folder, or FEDSHOT_ENGINES. */
export const install = functionOf(installOperation);

/** Fetches LibTorch if nothing fast is here; never fails for want of it. */
export const ensure = functionOf(ensureOperation);

/** Times training steps, beside PyTorch where a Python has it. */
export const bench = functionOf(benchOperation);
