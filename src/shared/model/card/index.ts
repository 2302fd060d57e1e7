export {
  CARD_LEVELS,
  cardAt,
  cardMisfit,
  cardSchema,
  FEW_CLASSES,
  MINIMUM_COUNT,
  minimumCountFor,
} from './schema.js';
export type { Card, CardLevel } from './schema.js';
export { makeCard, type CardSource } from './make.js';
export { classDistance } from './distance.js';
export { inputFigures, intensityHistogram } from './inputs.js';
export { confidences, tempered } from './calibrate.js';
