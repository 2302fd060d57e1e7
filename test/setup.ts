import { digits } from '../src/examples/digits/index.js';
import { readers } from '../src/shared/data/index.js';

// As the command line does: `digits:` is no reader of the package's core.
readers.add(digits);
