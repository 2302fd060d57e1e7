import { z } from 'zod';
import { defineMethod } from './define.js';

/** Neighbourhood reciprocity clustering. The loss is `objective/nrc.ts`. */
export const nrc = defineMethod({
  name: 'nrc',
  title: 'NRC, C frozen',
  paper: 'Yang et al. 2021',
  equation: 'eq. 7',
  summary:
    "neighbours pull, mutual ones more, neighbours' neighbours a little. The paper trains C as well; here it stays as released",
  options: z.strictObject({
    neighbours: z
      .int()
      .min(1)
      .max(100)
      .default(4)
      .describe('neighbours of a sample, and of each of those'),
  }),
  terms: ['attraction', 'diversity', 'entropy'],
  auto: true,
  even: 'always',
  objective: async (context) =>
    (await import('../../shared/objective/nrc.js')).nrcObjective(context, context.options),
});
