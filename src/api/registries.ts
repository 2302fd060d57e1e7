import { digits } from '../examples/digits/index.js';
import { readers } from '../shared/data/index.js';

/**
 * Adds what is ours without being of the core. Whatever defines an operation imports this, so that it
 * holds in a program, on the command line and in the sandbox's worker.
 */
readers.add(digits);
