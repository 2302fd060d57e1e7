import { z } from 'zod';
import { FedshotError } from '../../shared/errors.js';
import type { Embedding } from '../../shared/model/embed.js';
import type { EpochContext, Objective, SharedSettings } from '../../shared/objective/epoch.js';
import type { PseudoLabels } from '../../shared/objective/pseudo-labels.js';

/** What a method needs beside unlabelled samples; where it is not there, the method is refused by name. */
export type Need = 'images' | 'batch normalisation';

/**
 * A way to adapt F and B, or the reading of their outputs, to unlabelled samples. C is frozen in
 * all of them, none is given a label, and none looks at anything outside the site.
 *
 * A method has an `objective`, or `refresh`, or `stream`, or none of the three (`source`).
 */
export interface AdaptationMethod<Options extends z.ZodObject = z.ZodObject> {
  readonly kind: 'method';
  /** What `--method` and records call it. */
  readonly name: string;
  /** What the field calls it. */
  readonly title: string;
  /** Authors, venue and year. */
  readonly paper: string;
  /** Where in the paper it is defined. */
  readonly equation: string;
  /** What is done here, and otherwise than in the paper: one or two sentences for the table of methods. */
  readonly summary: string;
  /** The method's own options, each with a default and a description. */
  readonly options: Options;
  /** Names of the terms that its loss reports, besides the total, which is reported as `loss`. */
  readonly terms: readonly string[];
  /** What a report calls terms whose names are not plain words: `pseudoCe` is "pseudo-label cross-entropy". */
  readonly termTitles?: Readonly<Record<string, string>>;
  readonly needs?: readonly Need[];
  /** Whether `auto` may try it. */
  readonly auto: boolean;
  /**
   * Whether its loss shares the samples out evenly among the classes, by a term H(p̄): `always`, or `by
   * default`, which ends where `prior` or `partial` say that they are shared out otherwise.
   */
  readonly even?: 'always' | 'by default';
  /** Makes the objective of an epoch; a method without one takes no gradient steps. */
  objective?(context: EpochContext<z.output<Options>>): Promise<Objective>;
  /** The labels that the adapted model would be drawn to next, for `pseudoLabelAgreement` of a result. */
  lastLabels?(embedding: Embedding, settings: SharedSettings): Promise<PseudoLabels | undefined>;
  /** Moves the statistics of batch normalisation to the target's, once, without gradients. */
  readonly refresh?: boolean;
  /** Reads a stream's outputs in its own way (`t3a`); the weights stay the released ones. */
  readonly stream?: boolean;
}

/** What the total is called. */
const RESERVED: readonly string[] = ['loss', 'total'];

/**
 * Defines a method; `methods.add` makes it known.
 * @throws FedshotError `usage` for a definition that cannot work
 */
export function defineMethod<Options extends z.ZodObject>(
  definition: Omit<AdaptationMethod<Options>, 'kind'> & { kind?: 'method' },
): AdaptationMethod<Options> {
  const { name, options, terms, objective, refresh, stream } = definition;
  const refuse = (why: string, hint: string): never => {
    throw new FedshotError('usage', `method ${name}: ${why}`, { hint });
  };
  const ways = [objective, refresh, stream].filter(Boolean).length;
  if (ways > 1) refuse('it has more than one of objective, refresh and stream', 'keep one of them');
  if (terms.some((term) => RESERVED.includes(term)) || new Set(terms).size !== terms.length)
    refuse('terms have names of their own, other than "loss"', 'that is the total');
  if (terms.length > 0 && !objective) refuse('it has terms and no objective', 'leave one out');
  if (Object.keys(definition.termTitles ?? {}).some((term) => !terms.includes(term)))
    refuse(
      'it gives a title to a term that it does not have',
      'list the term, or leave the title out',
    );
  if (!options.safeParse({}).success)
    refuse('an option has no default', 'give each option of its schema a default');
  return { ...definition, kind: 'method' };
}

/** For methods without options. */
export const NO_OPTIONS = z.strictObject({});

/** Whether weights or statistics are learnt from the samples. */
export const learns = ({
  objective,
  refresh,
}: Pick<AdaptationMethod, 'objective' | 'refresh'>): boolean =>
  objective !== undefined || refresh === true;

/**
 * A method's own options, completed by its defaults.
 * @throws FedshotError `usage`, naming the option
 */
export function parseMethodOptions(
  { name, options }: AdaptationMethod,
  given: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const result = options.safeParse(given);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  const known = Object.keys(options.shape);
  const at = path.length > 0 ? `"${path.join('.')}": ` : '';
  throw new FedshotError('usage', `option of method ${name}: ${at}${message}`, {
    hint: known.length > 0 ? `its options are ${known.join(', ')}` : 'it has none',
  });
}
