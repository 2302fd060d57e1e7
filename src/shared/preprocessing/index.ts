export { affine } from './affine.js';
export { AUGMENTATIONS, cropRotate, type Augmentation, type Motion } from './augment.js';
export { applyInput, fitInput, inputSchema, type InputSpec } from './input.js';
export { ORIENTATIONS, zoom, type Orientation } from './orient.js';
export {
  normalise,
  preprocess,
  rescaled,
  upright,
  type Preprocessed,
  type Preprocessing,
} from './preprocess.js';
export { LEAST_ROWS } from './rounding.js';
