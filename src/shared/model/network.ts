import { z } from 'zod';
import { FedshotError } from '../errors.js';
import type { ChannelNormalisation } from '../preprocessing/picture-input.js';
import type { Layer, ParamSpec } from './layers/index.js';
import type { HostTensor } from './state.js';

/** The three parts of a hypothesis (Liang et al. 2020, fig. 2): logits = C(B(F(x))). */
export interface Parts {
  /** Feature extractor, from a sample. */
  F: Layer;
  /** Bottleneck, to `[N, bottleneck]`. */
  B: Layer;
  /** Classifier, to `[N, classes]`; never adapted. */
  C: Layer;
}

export type Part = keyof Parts;
export const PARTS: readonly Part[] = ['F', 'B', 'C'];

/** Every parameter of a network, in state-dict order F, B, C. */
export const specsOf = (parts: Parts): ParamSpec[] =>
  PARTS.flatMap((name) => parts[name].params(name));

/** The shape of a sample, by what a network takes: images `[C, H, W]`, or any, tables `[D]` too. */
export interface SampleShapes {
  image: readonly [channels: number, height: number, width: number];
  any: SampleShapes['image'] | readonly [columns: number];
}
export type Takes = keyof SampleShapes;

/** What the data and the task ask of a network. */
export interface Task<T extends Takes = 'any'> {
  /** Shape of one sample. */
  input: SampleShapes[T];
  /** Classes K: the outputs of C. */
  classes: number;
  /** Width D of the features after B. */
  bottleneck: number;
}

/** How F takes weights that were trained elsewhere, by their names (`--init`). */
export interface Pretrained {
  /** Parameters of the network that follow from a file's tensors, where nobody says otherwise. */
  implied?: (names: ReadonlySet<string>) => Record<string, unknown>;
  /**
   * A tensor of another shape, made to fit `shape`; undefined where it cannot be.
   * @param name as in the file, without `F.`
   */
  fit?: (
    name: string,
    tensor: HostTensor,
    shape: number[],
    input: SampleShapes['image'],
  ) => HostTensor | undefined;
}

/** What is written down of a network in one file; see {@link defineNetwork}. */
export interface NetworkDefinition<P extends z.ZodObject, T extends Takes> {
  kind?: 'network';
  /** As `--arch` and `model.json` call it. */
  name: string;
  /** Images only, or any samples. */
  input: T;
  /** The size of images that it is made for; others are resized to it. The data's own without it. */
  naturalInput?: SampleShapes['image'];
  /** What its weights from elsewhere expect of images; mean and deviation 0.5 without it. */
  normalisation?: ChannelNormalisation;
  /** Width of what F gives. */
  featureWidth?: number;
  pretrained?: Pretrained;
  /** What `model.json` says of it beside {@link Task}, with the defaults of `train`. */
  parameters: P;
  /**
   * Its layers. They must depend on nothing but the arguments: sites rebuild the network from
   * `model.json`.
   *
   * @throws FedshotError `model` for samples that it cannot take
   */
  layers: (parameters: z.output<P>, task: Task<T>) => Parts;
}

/** A network as the registry keeps it. */
export interface Network {
  readonly kind: 'network';
  readonly name: string;
  readonly input: Takes;
  readonly naturalInput?: SampleShapes['image'];
  /** What its weights from elsewhere expect of images; mean and deviation 0.5 without it. */
  readonly normalisation?: ChannelNormalisation;
  /** Width of what F gives. */
  readonly featureWidth?: number;
  readonly pretrained?: Pretrained;
  readonly parameters: z.ZodObject;
  /** @throws FedshotError `model` for samples or parameters that do not suit it */
  build(parameters: Record<string, unknown>, task: Task): Parts;
}

/** The names of {@link Task} and of the network itself in `model.json`. */
const RESERVED = ['name', 'input', 'classes', 'bottleneck'];

/**
 * Defines a network; `networks.add` makes it known. Everything else (`--arch`, `model.json`, pulling,
 * adapting, timing) finds it there.
 *
 * @throws FedshotError `usage` for a parameter that `model.json` uses already, or without a default
 */
export function defineNetwork<P extends z.ZodObject, T extends Takes>(
  definition: NetworkDefinition<P, T>,
): Network {
  const { name, input, naturalInput, normalisation, featureWidth, pretrained, layers } = definition;
  const parameters: z.ZodObject = definition.parameters.strict();
  const taken = Object.keys(parameters.shape).find((key) => RESERVED.includes(key));
  if (taken)
    throw new FedshotError('usage', `network ${name}: "${taken}" cannot be a parameter`, {
      hint: `model.json says ${RESERVED.join(', ')} of every network; name it differently`,
    });
  const [bare] = parameters.safeParse({}).error?.issues ?? [];
  if (bare)
    throw new FedshotError(
      'usage',
      `network ${name}: the parameter "${bare.path.join('.')}" has no default`,
      { hint: 'a network is trained and timed without a word on its parameters: add .default(…)' },
    );
  return {
    kind: 'network',
    name,
    input,
    naturalInput,
    normalisation,
    featureWidth,
    pretrained,
    parameters,
    build: (given, task) => {
      if (!suits(input, task))
        throw new FedshotError(
          'model',
          `${name} takes images [C, H, W], not samples [${task.input.join()}]`,
        );
      const read = definition.parameters.safeParse(given);
      if (!read.success)
        throw new FedshotError('model', `network ${name}: ${firstIssue(read.error)}`);
      const parts = layers(read.data, task);
      assertSound(name, parts, task);
      return parts;
    },
  };
}

/** What is wrong with parameters, with the parameter's name. */
export function firstIssue({ issues: [issue] }: z.ZodError): string {
  const key = issue?.path.join('.');
  return `${key ? `${key}: ` : ''}${issue?.message}`;
}

/** Parameters that nothing is left for, as after more pools than a small image survives, and doubles. */
function assertSound(network: string, parts: Parts, { input }: Task): void {
  const seen = new Set<string>();
  for (const { name, shape } of specsOf(parts)) {
    if (seen.has(name))
      throw new FedshotError('model', `network ${network} has two parameters ${name}`);
    seen.add(name);
    if (!shape.every((size) => Number.isSafeInteger(size) && size > 0))
      throw new FedshotError(
        'model',
        `samples [${input.join()}] are too small for ${network}: ${name} would be [${shape.join()}]`,
      );
  }
}

/** Whether a task's samples are what a network takes. */
function suits<T extends Takes>(takes: T, task: Task | Task<T>): task is Task<T> {
  return takes === 'any' || task.input.length === 3;
}
