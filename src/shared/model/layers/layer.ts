import type { Rank, Tensor, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import type { Activation, Ops } from '../../engine/ops.js';
import { FedshotError } from '../../errors.js';

// Layers compute by `Ops` alone and load no tensor library: the command line lists the networks.

/** How a parameter is filled before training; names of PyTorch's initialisers where they exist. */
export type Init = 'kaiming_uniform' | 'xavier_normal' | 'row_norm' | 'zeros' | 'ones' | 'counter';

/** A parameter that a layer asks for. */
export interface ParamSpec {
  /** State-dict name, e.g. `F.conv_params.0.weight`. */
  name: string;
  shape: number[];
  init: Init;
  /** Inputs per output unit; the bound of `kaiming_uniform` with a = √5 is 1/√fanIn. */
  fanIn: number;
  /** False for running statistics, which training moves but the optimiser does not. */
  trainable: boolean;
}

/** What a layer sees while it computes. */
export interface Context {
  ops: Ops;
  train: boolean;
  /** A parameter by its state-dict name, of whatever rank. */
  param: (name: string) => Variable;
  /** A parameter `[n]`. */
  vector: (name: string) => Variable<Rank.R1>;
  /** A parameter `[out, in]`. */
  matrix: (name: string) => Variable<Rank.R2>;
  /** A parameter `[out, in, height, width]`. */
  filter: (name: string) => Variable<Rank.R4>;
  /** Counts a batch: `num_batches_tracked` of PyTorch's state dicts. */
  count: (name: string) => void;
  /** Dropout mask `[n, c]`: 0 with probability `rate`, else 1/(1−rate). Undefined: no dropout. */
  mask: (layer: string, n: number, c: number, rate: number) => Tensor2D | undefined;
}

/**
 * One layer or a block of them. It is told the name under which its parameters stand in the state
 * dict (`F.conv_params.0`), and puts their own names behind it; a layer without parameters ignores it.
 */
export interface Layer {
  /** The parameters that it asks for; none where it learns nothing. */
  params(name: string): ParamSpec[];
  /** The samples `x` through the layer; what it makes on the way is for the caller's tidy scope. */
  forward(x: Tensor, name: string, context: Context): Tensor;
}

/**
 * `x` as images.
 * @throws FedshotError `model`, naming the layer, for what has no height and width
 */
export function images(x: Tensor, name: string): Activation {
  if (x.rank !== 4) throw misplaced(name, 'images [N, C, H, W]', x);
  return x as Activation;
}

/**
 * `x` as one row of features for each sample.
 * @throws FedshotError `model`, naming the layer, for images that were not flattened
 */
export function rows(x: Tensor, name: string): Tensor2D {
  if (x.rank !== 2) throw misplaced(name, 'rows [N, D]; flatten comes before it', x);
  return x as Tensor2D;
}

const misplaced = (name: string, wanted: string, { shape }: Tensor): FedshotError =>
  new FedshotError('model', `layer ${name} was given [${shape.join()}] and takes ${wanted}`);
