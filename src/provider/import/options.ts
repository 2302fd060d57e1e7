import { z } from 'zod';
import { dataSource } from '../../shared/data/index.js';
import { networks } from '../../shared/model/networks/index.js';
import { choice, path, positiveInteger, strict } from '../../shared/option.js';
import { trainOptions } from '../train/options.js';

/** What is imported, and how it is to be read. */
export const importOptions = z.strictObject({
  weights: path('<file>').describe(
    'safetensors with all of F, B and C under F., B. and C. (docs/images.md)',
  ),
  arch: choice('<name>', () => networks.names()).describe('network that they are of'),
  data: dataSource().describe('labelled data that it was not trained on (docs/data.md)'),
  out: path('<dir>').describe('folder for the model'),
  classes: trainOptions.shape.classes.describe(
    'class names in the order of the outputs (default: from the data)',
  ),
  size: trainOptions.shape.size,
  parameters: trainOptions.shape.parameters,
  bottleneck: positiveInteger('<width>')
    .optional()
    .describe('width of B (default: from the weights)'),
  strict: strict(),
});
export type ImportSettings = z.output<typeof importOptions>;
