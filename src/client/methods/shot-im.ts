import { SHOT_TERM_TITLES, SHOT_TERMS } from '../../shared/objective/terms.js';
import { defineMethod, NO_OPTIONS } from './define.js';

/** SHOT-IM: information maximisation alone. */
export const shotIm = defineMethod({
  name: 'shot-im',
  title: 'SHOT-IM',
  paper: 'Liang et al. 2020',
  equation: 'eq. 3',
  summary: 'SHOT with β = 0',
  options: NO_OPTIONS,
  terms: SHOT_TERMS,
  termTitles: SHOT_TERM_TITLES,
  auto: true,
  even: 'by default',
  objective: async (context) =>
    (await import('../../shared/objective/shot.js')).shotImObjective(context),
});
