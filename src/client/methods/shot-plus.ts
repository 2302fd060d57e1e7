import { z } from 'zod';
import { SHOT_TERM_TITLES, SHOT_TERMS } from '../../shared/objective/terms.js';
import { defineMethod } from './define.js';

/**
 * SHOT++: SHOT first, then the more certain half of each class is taken as labelled, and MixMatch
 * (Berthelot et al., NeurIPS 2019, eq. 2–7) carries the labels over to the rest.
 * The loss is `objective/shot-plus.ts`.
 */
export const shotPlus = defineMethod({
  name: 'shot++',
  title: 'SHOT++',
  paper: 'Liang et al. 2021',
  equation: 'section 3.4',
  summary:
    'second half of the epochs: the more certain half of each class counts as labelled, MixMatch carries the labels over. Its rotation task is left out: a digit on its head is another digit',
  options: z.strictObject({
    first: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .describe('share of the epochs that are plain SHOT'),
    hardWeight: z
      .number()
      .min(0)
      .default(10)
      .describe('λ_U, weight of the squared error on hard samples'),
  }),
  terms: [...SHOT_TERMS, 'hardSquared'],
  termTitles: { ...SHOT_TERM_TITLES, hardSquared: 'squared error of uncertain samples' },
  auto: true,
  even: 'by default',
  objective: async (context) =>
    (await import('../../shared/objective/shot-plus.js')).shotPlusObjective(
      context,
      context.options,
    ),
});
