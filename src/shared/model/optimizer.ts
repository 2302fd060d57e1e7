import {
  dispose,
  engine,
  keep,
  stack,
  tensor,
  tidy,
  variable,
  zerosLike,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Variable,
} from '@tensorflow/tfjs-core';
import type { Ops } from '../engine/ops.js';
import type { Repeater } from '../engine/repeat.js';
import type { HostTensor } from './state.js';

/** A set of parameters that shares a learning-rate factor (0.1 for a pre-trained F, else 1). */
export interface ParamGroup {
  params: Variable[];
  factor: number;
}

export interface SgdSettings {
  momentum: number;
  weightDecay: number;
  nesterov: boolean;
}

/** SHOT's settings: momentum 0.9, Nesterov, weight decay 1e-3 on every parameter. */
export const SHOT_SGD: SgdSettings = { momentum: 0.9, weightDecay: 1e-3, nesterov: true };

/** Stochastic gradient descent over groups of parameters, with its momentum buffers. */
export class Sgd {
  private readonly groups: ParamGroup[];
  private readonly velocity: Variable[][];

  constructor(
    private readonly ops: Ops,
    groups: ParamGroup[],
    private readonly settings: SgdSettings = SHOT_SGD,
  ) {
    this.groups = groups.filter(({ params }) => params.length > 0); // all of F may be frozen
    this.velocity = this.groups.map(({ params }) =>
      params.map((p) => tidy(() => variable(zerosLike(p)))),
    );
  }

  /**
   * One step: gradients of the first of `losses` with respect to every parameter of the groups,
   * applied in place.
   *
   * @param losses computes scalars, of which the others are only looked at
   * @param lr learning rate before the groups' factors
   * @param repeated what repeats the computation, and the inputs that it depends on
   * @returns the losses' values, owned by the caller
   */
  step(
    losses: () => Scalar[],
    lr: number,
    repeated?: { repeater: Repeater; inputs: Tensor[] },
  ): Tensor1D {
    return tidy(() => {
      const params = this.groups.flatMap((group) => group.params);
      const compute = (): Tensor[] => valuesAndGradients(losses, params);
      const [values, ...grads] = repeated
        ? repeated.repeater.run(repeated.inputs, compute)
        : compute();
      let at = 0;
      const groups = this.groups.map((group, g) => ({
        params: group.params,
        grads: grads.slice(at, (at += group.params.length)),
        velocity: this.velocity[g]!,
        lr: lr * group.factor,
      }));
      this.ops.sgd(groups, this.settings);
      return values as Tensor1D;
    });
  }

  /** The momentum buffers, copied to host memory, in the order of the parameters. */
  async state(): Promise<HostTensor[]> {
    return Promise.all(
      this.velocity
        .flat()
        .map(async (v) => ({ shape: v.shape, data: Float32Array.from(await v.data()) })),
    );
  }

  /** Puts back what `state` gave. */
  restore(buffers: HostTensor[]): void {
    tidy(() => {
      for (const [i, v] of this.velocity.flat().entries())
        v.assign(tensor(buffers[i]!.data as Float32Array, buffers[i]!.shape));
    });
  }

  dispose(): void {
    for (const v of this.velocity.flat()) v.dispose();
  }
}

/** The losses' values in one tensor, and the gradients of the first of them. */
function valuesAndGradients(losses: () => Scalar[], params: Variable[]): Tensor[] {
  let values: Scalar[] = [];
  const { grads } = engine().gradients(() => {
    values = losses();
    for (const value of values) keep(value); // beyond the end of the forward pass
    return values[0]!;
  }, params);
  const together = stack(values) as Tensor1D;
  dispose(values);
  return [together, ...grads];
}
