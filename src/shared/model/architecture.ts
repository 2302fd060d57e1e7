import { z } from 'zod';
import { FedshotError } from '../errors.js';
import { quoted } from '../json.js';
import { firstIssue, type Network, type Parts } from './network.js';
import { networks } from './networks/index.js';

const size = z.number().int().positive();

/** What `model.json` says of every network. `bottleneck` is the width of B, `classes` is K. */
const taskSchema = z.looseObject({
  name: z.string(),
  input: z.union([z.tuple([size, size, size]), z.tuple([size])]),
  classes: size.min(2),
  bottleneck: size.default(256),
});

/** What a hypothesis looks like, with the network's own parameters: enough to rebuild every tensor. */
export type Architecture = z.infer<typeof taskSchema>;

/** Version 0.1 took this parameter for empty where a file did not say it. */
const ABSENT_IN_0_1 = { hidden: [] };

/** What is said of a network that nobody registered in this process. */
export const notKnown = (name: string): string =>
  `network ${quoted(name)} is not known here; --plugin FILE registers it`;

/** Reads and checks an {@link Architecture}; gives its keys in one order, so that files keep their bytes. */
export const architectureSchema = taskSchema.transform((given, context): Architecture => {
  const { name, input, classes, bottleneck, ...own } = given;
  const network = networks.has(name) ? networks.get(name) : undefined;
  if (!network) {
    context.addIssue({ code: 'custom', path: ['name'], message: notKnown(name) });
    return z.NEVER;
  }
  const old = 'hidden' in network.parameters.shape ? ABSENT_IN_0_1 : {};
  const parameters = network.parameters.safeParse({ ...old, ...own });
  if (!parameters.success) {
    for (const { path, message } of parameters.error.issues)
      context.addIssue({ code: 'custom', path, message });
    return z.NEVER;
  }
  return { name, input, classes, bottleneck, ...parameters.data };
});

/**
 * The parameters of a network as given, with the network's own defaults.
 * @throws FedshotError `usage` for a parameter that it does not have or cannot take
 */
export function readParameters(
  { name, parameters }: Network,
  given: Record<string, unknown>,
): Record<string, unknown> {
  const parsed = parameters.safeParse(given);
  if (parsed.success) return parsed.data;
  const known = Object.keys(parameters.shape);
  throw new FedshotError('usage', `network ${name}: ${firstIssue(parsed.error)}`, {
    hint: known.length > 0 ? `its parameters are ${known.join(', ')}` : 'it has no parameters',
  });
}

/**
 * The layers of an architecture.
 * @throws FedshotError `model` if the sample shape or the parameters do not suit the network
 */
export function partsOf(architecture: Architecture): Parts {
  const { name, input, classes, bottleneck, ...own } = architecture;
  return networks.get(name).build(own, { input, classes, bottleneck });
}
