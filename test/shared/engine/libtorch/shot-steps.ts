import * as tf from '@tensorflow/tfjs-core';
import type { Ops } from '../../../../src/shared/engine/index.js';
import { Hypothesis } from '../../../../src/shared/model/hypothesis.js';
import { ResidentSamples } from '../../../../src/shared/model/resident.js';
import { Sgd } from '../../../../src/shared/model/optimizer.js';
import { targetEpoch } from '../../../../src/shared/objective/target.js';
import { random } from '../../../../src/shared/random.js';

/** Two epochs of SHOT with dropout on a small network: the numbers of the model that comes out. */
export async function shotSteps(ops: Ops): Promise<number[]> {
  const input: [number, number, number] = [1, 28, 28];
  const architecture = {
    name: 'lenet' as const,
    input,
    classes: 4,
    bottleneck: 16,
    hidden: [],
  };
  const hypothesis = Hypothesis.fresh(architecture, ops, random('repeat'));
  const params = hypothesis.trainable('F', 'B');
  const optimizer = new Sgd(ops, [{ params, factor: 1 }]);
  const x = tf.randomNormal([56, ...input], 0, 1, 'float32', 3);
  const values = { kind: 'values', shape: input } as const;
  const samples = new ResidentSamples(Float32Array.from(x.dataSync()), values, ops);
  const plan = { samples: 56, batch: 8, epochs: 2, lr: 0.01, random: random(1), shuffle: true };
  for (let epoch = 0; epoch < 2; epoch++)
    await targetEpoch(plan, epoch, {
      hypothesis,
      optimizer,
      input: (steps) => samples.steps(steps, 'none'),
      dropout: true,
      pseudo: Int32Array.from({ length: 56 }, (_, i) => (i + epoch) % 4),
      weights: { alpha: 1, beta: 0.3 },
    });
  const state = await hypothesis.state();
  hypothesis.dispose();
  optimizer.dispose();
  x.dispose();
  samples.dispose();
  return [...state.values()].flatMap(({ data }) => Array.from(data, Number));
}
