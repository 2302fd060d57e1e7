import { engines } from '../shared/engine/registry.js';
import { choice, positiveInteger, withTraits } from '../shared/option.js';

/** Where an operation computes; every one that computes has these. */
export const engineOptions = {
  engine: withTraits(
    choice<string>('<name>', () => ['auto', ...engines.names()]),
    { env: 'FEDSHOT_ENGINE' },
  )
    .default('auto')
    .describe('tensor engine; auto takes the fastest that loads'),
  device: choice('<device>', ['auto', 'cpu', 'cuda'])
    .default('auto')
    .describe('auto takes a GPU where the engine has one'),
  threads: positiveInteger().optional().describe('CPU threads (default: all cores)'),
};
