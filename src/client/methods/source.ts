import { defineMethod, NO_OPTIONS } from './define.js';

/** The released model as it is: the yardstick, and what stays when adapting would do harm. */
export const source = defineMethod({
  name: 'source',
  title: 'released model',
  paper: '',
  equation: '',
  summary: 'nothing is adapted',
  options: NO_OPTIONS,
  terms: [],
  auto: true,
});
