import type { Method } from './types.js';

/**
 * Refresh of batch statistics (Li et al. 2017, "Revisiting batch normalization for practical domain
 * adaptation", section 3.2): every mean and variance of batch normalisation becomes the target's,
 * nothing is learned. {@link refreshStatistics} does it.
 */
export const bn: Method = { name: 'bn', refresh: true };
