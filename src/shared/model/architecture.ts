import { z } from 'zod';

const size = z.number().int().positive();

/**
 * What a hypothesis looks like: enough to rebuild every tensor's name and shape.
 *
 * `lenet` and `dtn` take images `[C, H, W]` (the digits networks of Liang et al.), `mlp` takes
 * `[D]` or an image, flattened. `bottleneck` is the width of B, `classes` is K.
 */
export const architectureSchema = z.strictObject({
  name: z.enum(['lenet', 'dtn', 'mlp']),
  input: z.union([z.tuple([size, size, size]), z.tuple([size])]),
  classes: size.min(2),
  bottleneck: size.default(256),
  /** Widths of the hidden layers; `mlp` only. */
  hidden: z.array(size).default([]),
});

export type Architecture = z.infer<typeof architectureSchema>;
export type ArchitectureName = Architecture['name'];

export const ARCHITECTURE_NAMES = architectureSchema.shape.name.options;

/** Sample shape that an architecture is made for; undefined where it takes any. */
export function naturalInput(name: ArchitectureName): [number, number, number] | undefined {
  return { lenet: [1, 28, 28], dtn: [3, 32, 32], mlp: undefined }[name] as
    [number, number, number] | undefined;
}
