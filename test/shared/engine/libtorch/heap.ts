import * as tf from '@tensorflow/tfjs-core';
import type { Scalar } from '@tensorflow/tfjs-core';
import { startEngine } from '../../../../src/shared/engine/index.js';
import { Hypothesis } from '../../../../src/shared/model/hypothesis.js';
import { Sgd } from '../../../../src/shared/model/optimizer.js';
import { shotLoss } from '../../../../src/shared/objective/losses.js';
import { random } from '../../../../src/shared/random.js';

/** A program: takes LeNet steps and prints by how many bytes per step the process grew meanwhile. */
const WARM = 60;
const STEPS = 90;
const { ops } = await startEngine({ engine: 'libtorch' });
const input: [number, number, number] = [1, 28, 28];
const architecture = { name: 'lenet' as const, input, classes: 10, bottleneck: 256, hidden: [] };
const hypothesis = Hypothesis.fresh(architecture, ops, random('heap'));
const params = hypothesis.trainable('F', 'B');
const optimizer = new Sgd(ops, [{ params, factor: 1 }]);
const x = tf.randomNormal([64, 1, 28, 28]);
const labels = tf.tensor1d(
  Array.from({ length: 64 }, (_, i) => i % 10),
  'int32',
);
let before = 0;
for (let i = 0; i < WARM + STEPS; i++) {
  if (i === WARM) before = process.memoryUsage.rss();
  const loss = optimizer.step((): Scalar[] => {
    const { logits } = hypothesis.train(x, random('step', i));
    return [shotLoss(ops, logits, labels, { beta: 0.1, alpha: 1 }).total];
  }, 1e-3);
  await loss.data();
  loss.dispose();
}
console.log(JSON.stringify((process.memoryUsage.rss() - before) / STEPS));
process.exit(0);
