import { digits } from '../examples/digits/index.js';
import { readers } from '../shared/data/index.js';
import { registryOf } from './register.js';

/**
 * Gathers what can be added to, and adds what is ours without being of the core. Whatever defines an
 * operation imports this, so that it holds in a program, on the command line and in the sandbox's worker.
 */
registryOf('reader', readers);
readers.add(digits);
