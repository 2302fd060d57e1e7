import type { Method } from './types.js';

/** The released model as it is: the yardstick, and what stays when adapting would do harm. */
export const source: Method = { name: 'source' };
