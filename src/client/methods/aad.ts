import { z } from 'zod';
import { defineMethod } from './define.js';

/** Attracting and dispersing. The loss is `objective/aad.ts`. */
export const aad = defineMethod({
  name: 'aad',
  title: 'AaD, C frozen',
  paper: 'Yang et al. 2022',
  equation: 'eq. 5',
  summary:
    'neighbours attract, other samples of the batch disperse. The paper trains C as well; here it stays as released',
  options: z.strictObject({
    neighbours: z.int().min(1).max(100).default(5).describe('neighbours that attract a sample'),
    decay: z
      .number()
      .min(0)
      .default(5)
      .describe('exponent by which dispersion fades, the β of the paper: 5 for small sets'),
  }),
  terms: ['attraction', 'dispersion', 'entropy', 'diversity'],
  auto: true,
  objective: async (context) =>
    (await import('../../shared/objective/aad.js')).aadObjective(context, context.options),
});
