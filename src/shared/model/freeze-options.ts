import { flag, list } from '../option.js';

/** What of F training leaves as it is: options of training and of adapting; see `Frozen`. */
export const freezeOptions = {
  freeze: list('<prefixes>')
    .optional()
    .describe('parameters of F that stay as they are, e.g. conv1,bn1,layer1'),
  freezeBnStatistics: flag()
    .default(false)
    .describe("F's batch normalisation keeps its running statistics and uses them"),
};
