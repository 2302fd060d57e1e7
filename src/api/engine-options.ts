import { ENGINE_NAMES, type EngineName } from '../shared/engine/types.js';
import { choice, positiveInteger, withTraits } from '../shared/option.js';

/** Where an operation computes; every one that computes has these. */
export const engineOptions = {
  engine: withTraits(
    choice<EngineName | 'auto'>('<name>', () => ['auto', ...ENGINE_NAMES]),
    { env: 'FEDSHOT_ENGINE' },
  )
    .default('auto')
    .describe('tensor engine; auto takes the fastest that loads'),
  device: choice('<device>', ['auto', 'cpu', 'cuda'])
    .default('auto')
    .describe('auto takes a GPU where the engine has one'),
  threads: positiveInteger().optional().describe('CPU threads (default: all cores)'),
};
