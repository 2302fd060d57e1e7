import type { Method } from './types.js';

/**
 * Test-time classifier adjustment (Iwasawa and Matsuo, NeurIPS 2021, eq. 4–7): the weights stay, each answer
 * in a stream comes from prototypes that the samples before it have moved. See `objective/t3a.ts`.
 */
export const t3a: Method = { name: 't3a', stream: true };
