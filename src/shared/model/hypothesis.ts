import {
  tensor,
  tidy,
  variable,
  type Rank,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  type Variable,
} from '@tensorflow/tfjs-core';
import type { Ops } from '../engine/ops.js';
import { eachTime, hostTensor } from '../engine/repeat.js';
import { FedshotError } from '../errors.js';
import type { Random, Streams } from '../random.js';
import { partsOf, type Architecture } from './architecture.js';
import { frozenNames, type Frozen } from './freeze.js';
import { initialState } from './init.js';
import type { Context, ParamSpec } from './layers/index.js';
import { specsOf, type Part, type Parts } from './network.js';
import { assertFits, type StateDict } from './state.js';

/** What a forward pass gives: `features [N, bottleneck]` after B, `logits [N, K]` after C. */
export interface Output {
  features: Tensor2D;
  logits: Tensor2D;
}

/** Every parameter of an architecture, in state-dict order F, B, C. */
export function paramSpecs(architecture: Architecture): ParamSpec[] {
  return specsOf(partsOf(architecture));
}

/** A hypothesis h = C ∘ B ∘ F (Liang et al. 2020, section 3.1) with its weights on an engine. */
export class Hypothesis {
  readonly specs: ParamSpec[];
  private readonly parts: Parts;
  private readonly variables = new Map<string, Variable>();
  private readonly counters = new Map<string, bigint>();
  private readonly frozen: Set<string>;

  /**
   * @param state weights to start from, copied to the engine
   * @param left what training leaves as it is
   * @throws FedshotError `model` if they do not fit the architecture; `usage` for a prefix to freeze that
   *   is none
   */
  constructor(
    readonly architecture: Architecture,
    readonly ops: Ops,
    state: StateDict,
    private readonly left: Frozen = {},
  ) {
    this.parts = partsOf(architecture);
    this.specs = specsOf(this.parts);
    assertFits(state, this.specs);
    this.frozen = frozenNames(this.specs, left.freeze);
    for (const { name, shape, init } of this.specs) {
      const data = state.get(name)?.data;
      if (init === 'counter') this.counters.set(name, (data?.[0] as bigint | undefined) ?? 0n);
      else this.variables.set(name, variableOf(data as Float32Array, shape));
    }
  }

  /** A hypothesis with fresh weights. */
  static fresh(architecture: Architecture, ops: Ops, random: Random): Hypothesis {
    return new Hypothesis(architecture, ops, initialState(paramSpecs(architecture), random));
  }

  /** Trainable parameters of the named parts that are not frozen, in state-dict order. */
  trainable(...parts: Part[]): Variable[] {
    return this.specs
      .filter((spec) => spec.trainable && parts.includes(spec.name[0] as Part))
      .filter((spec) => !this.frozen.has(spec.name))
      .map((spec) => this.param(spec.name));
  }

  /** Every parameter and statistic, all that a pass depends on beside its input. */
  tensors(): Variable[] {
    return [...this.variables.values()];
  }

  /** A parameter by its state-dict name. */
  param(name: string): Variable {
    const found = this.variables.get(name);
    if (!found) throw new FedshotError('internal', `no parameter ${name}`);
    return found;
  }

  /**
   * Training pass: batch statistics, running statistics moved, dropout by `random` (none: no dropout).
   *
   * @param x `[N, C, H, W]` or `[N, D]`, normalised; N ≥ 2 where there is batch normalisation
   */
  train(x: Tensor, random?: Streams): Output {
    return this.forward(x, {
      train: true,
      mask: (layer, n, c, rate) =>
        random &&
        (hostTensor(() => dropoutMask(random.fork(layer), n * c, rate), [n, c]) as Tensor2D),
    });
  }

  /** Evaluation pass: running statistics, no dropout. */
  eval(x: Tensor): Output {
    return this.forward(x, { train: false, mask: () => undefined });
  }

  private forward(x: Tensor, mode: Pick<Context, 'train' | 'mask'>): Output {
    const { ops, architecture } = this;
    const context: Context = {
      ...mode,
      ops,
      // The shapes are those of the layers' own specs, which the weights were held against.
      param: (name) => this.param(name),
      vector: (name) => this.param(name) as Variable<Rank.R1>,
      matrix: (name) => this.param(name) as Variable<Rank.R2>,
      tokens: (name) => this.param(name) as Variable<Rank.R3>,
      scope: tidy,
      filter: (name) => this.param(name) as Variable<Rank.R4>,
      count: (name) => eachTime(() => void this.counters.set(name, this.counters.get(name)! + 1n)),
    };
    const { F, B, C } = this.parts;
    const input = x.rank === 4 ? ops.images(x as Tensor4D) : x;
    const extracting = { ...context, frozenStatistics: this.left.freezeBnStatistics };
    const features = B.forward(F.forward(input, 'F', extracting), 'B', context);
    const logits = C.forward(features, 'C', context);
    return {
      features: this.wide(features, 'B', architecture.bottleneck),
      logits: this.wide(logits, 'C', architecture.classes),
    };
  }

  /** @throws FedshotError `model` where a part gives another width than the architecture says */
  private wide(x: Tensor, part: Part, width: number): Tensor2D {
    if (x.rank === 2 && x.shape[1] === width) return x as Tensor2D;
    const { name } = this.architecture;
    throw new FedshotError(
      'model',
      `network ${name}: ${part} gives [${x.shape.join()}], not rows of ${width}`,
    );
  }

  /** The weights as they are now, copied to host memory. */
  async state(): Promise<StateDict> {
    const state: StateDict = new Map();
    for (const { name, shape, init } of this.specs) {
      const data =
        init === 'counter'
          ? BigInt64Array.of(this.counters.get(name)!)
          : Float32Array.from(await this.param(name).data());
      state.set(name, { shape, data });
    }
    return state;
  }

  dispose(): void {
    for (const v of this.variables.values()) v.dispose();
    this.variables.clear();
  }
}

/** Inverted dropout: 0 with probability `rate`, else 1/(1−rate). */
function dropoutMask(random: Random, size: number, rate: number): Float32Array {
  const keep = 1 / (1 - rate);
  const mask = new Float32Array(size);
  random.choose(mask, rate, 0, keep);
  return mask;
}

/** A variable that is alone in holding its memory. */
function variableOf(data: Float32Array, shape: number[]): Variable {
  return tidy(() => variable(tensor(data, shape)));
}
