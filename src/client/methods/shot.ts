import { SHOT_TERM_TITLES, SHOT_TERMS } from '../../shared/objective/terms.js';
import { defineMethod, NO_OPTIONS } from './define.js';

/**
 * SHOT: β·CE(logits, ŷ) + α·(mean_i H(p_i) − H(p̄)), with ŷ drawn anew before each epoch (eq. 4–6).
 * The loss is `objective/losses.ts`.
 */
export const shot = defineMethod({
  name: 'shot',
  title: 'SHOT',
  paper: 'Liang et al. 2020',
  equation: 'eq. 7',
  summary: 'the above; the default',
  options: NO_OPTIONS,
  terms: SHOT_TERMS,
  termTitles: SHOT_TERM_TITLES,
  auto: true,
  even: 'by default',
  objective: async (context) =>
    (await import('../../shared/objective/shot.js')).shotObjective(context),
  async lastLabels(embedding, settings) {
    if (settings.beta === 0) return undefined;
    const { pseudoLabels } = await import('../../shared/objective/pseudo-labels.js');
    return pseudoLabels(embedding, settings);
  },
});
