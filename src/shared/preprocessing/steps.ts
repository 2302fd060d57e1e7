import { z } from 'zod';

// The contract arrives from somebody else: sizes are bounded so that it cannot ask for all memory.
const side = z.int().positive().max(4096);

/**
 * What becomes of a decoded 8-bit picture, in the order of the list; then it is divided by 255 and
 * normalised. All arithmetic is 8 bit, as Pillow's.
 *
 * - `colour`: grey is repeated to RGB, RGB becomes luma (ITU-R BT.601, as Pillow's `convert("L")`)
 * - `resize`: to `height × width` whatever the aspect, or so that the shorter side is `shorter`;
 *   Pillow's bilinear: a triangle filter that widens when shrinking
 * - `crop`: the middle `height × width`; in training a random part, if the recipe says so
 */
export const stepSchema = z.discriminatedUnion('step', [
  z.strictObject({ step: z.literal('colour'), to: z.enum(['rgb', 'grey']) }),
  z.strictObject({
    step: z.literal('resize'),
    filter: z.literal('bilinear'),
    to: z.union([z.strictObject({ height: side, width: side }), z.strictObject({ shorter: side })]),
  }),
  z.strictObject({ step: z.literal('crop'), height: side, width: side }),
]);

export type PictureStep = z.infer<typeof stepSchema>;
export const stepsSchema = z.array(stepSchema).min(1).max(8);
