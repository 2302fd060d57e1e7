import { defineMethod, NO_OPTIONS } from './define.js';

/**
 * Test-time classifier adjustment: the weights stay, each answer in a stream comes from prototypes that the
 * samples before it have moved. `objective/t3a.ts` does it.
 */
export const t3a = defineMethod({
  name: 't3a',
  title: 'T3A',
  paper: 'Iwasawa and Matsuo 2021',
  equation: 'eq. 4–7',
  summary:
    'for streams: weights stay, each answer comes from prototypes that earlier samples have moved',
  options: NO_OPTIONS,
  terms: [],
  auto: false,
  stream: true,
});
