import { z } from 'zod';
import { inputSchema } from '../preprocessing/input.js';
import { FedshotError } from '../errors.js';
import { architectureSchema } from './architecture.js';
import { cardMisfit, cardSchema } from './card/schema.js';
import { networks } from './networks/index.js';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'not a SHA-256 in hex');

/** SHA-256 of the files of F, B and C, hex. */
const weightsSchema = z.strictObject({ F: sha256, B: sha256, C: sha256 });
export type WeightDigests = z.infer<typeof weightsSchema>;

/**
 * `model.json`: what a site needs, besides the weights, to feed a hypothesis and read its answers.
 * It travels in the signed release, so it holds aggregates only and no key that is not named here.
 */
export const modelConfigSchema = z.strictObject({
  format: z.literal('fedshot-model/1'),
  architecture: architectureSchema,
  input: inputSchema,
  /** Class names, in the order of the logits. */
  classes: z.array(z.string().max(100)).min(2),
  /** The weights that belong to this file; absent in a model of version 0.1. */
  weights: weightsSchema.optional(),
  /** The weights that `heldOutAccuracy` and `card` were measured on; absent in a model of 0.1. */
  measuredOn: weightsSchema.optional(),
  /** Share of the provider's held-out samples that it gets right, 0..1. */
  heldOutAccuracy: z.number().min(0).max(1).optional(),
  /** What the provider says of its held-out data; see `card`. */
  card: cardSchema.optional(),
});

export type ModelConfig = z.infer<typeof modelConfigSchema>;

/** The network that a `model.json` asks for, where it names one that this process does not know. */
export function unknownNetwork(bytes: Uint8Array): string | undefined {
  const named = z.object({ architecture: z.object({ name: z.string() }) });
  try {
    const { architecture } = named.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    return networks.has(architecture.name) ? undefined : architecture.name;
  } catch {
    return undefined; // no model.json, which parseModelConfig says
  }
}

/**
 * Reads `model.json`.
 * @throws FedshotError `model`, naming the file and the key
 */
export function parseModelConfig(bytes: Uint8Array, file = 'model.json'): ModelConfig {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (cause) {
    throw new FedshotError('model', `${file} is not JSON`, { cause });
  }
  const parsed = modelConfigSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const key = issue!.path.join('.');
    throw new FedshotError('model', `${file}${key ? `: ${key}` : ''}: ${issue!.message}`);
  }
  const config = parsed.data;
  const K = config.architecture.classes;
  if (config.classes.length !== K)
    throw new FedshotError(
      'model',
      `${file}: ${config.classes.length} class names for ${K} classes`,
    );
  if (config.input.shape.join() !== config.architecture.input.join())
    throw new FedshotError('model', `${file}: input and architecture disagree on the sample shape`);
  const misfit = config.card && cardMisfit(config.card, K, config.architecture.bottleneck);
  if (misfit)
    throw new FedshotError('model', `${file}: card.${misfit} does not fit the architecture`);
  return config;
}
