import type { Init, Layer, ParamSpec } from './layer.js';

/**
 * `nn.BatchNorm1d` or `2d`, whichever the rank of its input says.
 * @param epsilon added to the variance; 1e-5 as in PyTorch, 1e-3 in networks that come from TensorFlow
 */
export function batchNorm(width: number, epsilon?: number): Layer {
  const spec = (name: string, init: Init, trainable: boolean): ParamSpec => ({
    name,
    shape: [width],
    init,
    fanIn: width,
    trainable,
  });
  return {
    params: (name) => [
      spec(`${name}.weight`, 'ones', true),
      spec(`${name}.bias`, 'zeros', true),
      spec(`${name}.running_mean`, 'zeros', false),
      spec(`${name}.running_var`, 'ones', false),
      { ...spec(`${name}.num_batches_tracked`, 'counter', false), shape: [] },
    ],
    forward: (x, name, { ops, vector, train, frozenStatistics = false, count }) => {
      const ofBatch = train && !frozenStatistics;
      if (ofBatch) count(`${name}.num_batches_tracked`);
      const [weight, bias] = [vector(`${name}.weight`), vector(`${name}.bias`)];
      const [mean, variance] = [vector(`${name}.running_mean`), vector(`${name}.running_var`)];
      return ofBatch
        ? ops.batchNormTrain(x, weight, bias, mean, variance, epsilon)
        : ops.batchNormEval(x, weight, bias, mean, variance, epsilon);
    },
  };
}
