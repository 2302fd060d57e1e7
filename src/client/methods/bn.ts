import { defineMethod, NO_OPTIONS } from './define.js';

/**
 * AdaBN: every mean and variance of batch normalisation becomes the target's, nothing is learned.
 * `objective/refresh.ts` does it.
 */
export const bn = defineMethod({
  name: 'bn',
  title: 'AdaBN',
  paper: 'Li et al. 2016',
  equation: 'section 3.2',
  summary: 'batch statistics become those of the target, nothing is learned',
  options: NO_OPTIONS,
  terms: [],
  needs: ['batch normalisation'],
  auto: true,
  refresh: true,
});
