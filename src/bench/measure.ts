import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor1D } from '@tensorflow/tfjs-core';
import type { Engine } from '../shared/engine/index.js';
import { Sgd } from '../shared/model/optimizer.js';
import { shotLoss } from '../shared/objective/losses.js';
import { random } from '../shared/random.js';
import type { Streams } from '../shared/random.js';
import { benchNetwork } from './networks.js';

export interface BenchRow {
  engine: string;
  version: string;
  device: string;
  arch: string;
  batch: number;
  /** Median over the steps of one SHOT training step, gather and optimiser included. */
  trainMsPerStep: number;
  /** Median of one evaluation pass. */
  forwardMsPerBatch: number;
}

/** What a median is taken over: about so long, and no fewer or more steps than these. */
const MILLISECONDS = 3000;
const FEWEST = 6;
const MOST = 200;

/** Steps that give a steady median in seconds, from a few that are timed. */
export async function suitableSteps(engine: Engine, arch: string, batch: number): Promise<number> {
  const { trainMsPerStep } = await measure(engine, arch, batch, 3);
  return Math.min(MOST, Math.max(FEWEST, Math.round(MILLISECONDS / trainMsPerStep)));
}

async function median(count: number, f: (i: number) => tf.Tensor): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < count + Math.max(3, Math.floor(count / 10)); i++) {
    const start = performance.now();
    const result = f(i);
    await result.data(); // waits for a device that works asynchronously
    times.push(performance.now() - start);
    result.dispose();
  }
  const kept = times.slice(-count).sort((a, b) => a - b);
  return (kept[(count - 1) >> 1]! + kept[count >> 1]!) / 2;
}

/** Times SHOT training steps and forward passes on random data; nothing is learnt. */
export async function measure(
  engine: Engine,
  arch: string,
  batch: number,
  steps: number,
): Promise<BenchRow> {
  const { ops } = engine;
  const network = benchNetwork(arch, ops);
  const optimizer = new Sgd(ops, [{ params: network.trainable, factor: 1 }]);
  const stream = random('bench', arch);
  const samples = 8 * batch;
  const size = samples * network.input.reduce((a, b) => a * b, 1);
  const x = tf.tensor(
    Float32Array.from({ length: size }, () => stream.normal()),
    [samples, ...network.input],
  );
  const pseudo = tf.tensor1d(
    Int32Array.from({ length: samples }, () => stream.int(10)),
    'int32',
  );
  let step = 0;
  const streams: Streams = { fork: (...keys) => random('step', step, ...keys) };
  const repeater = ops.repeater(() => network.tensors());
  const rows = Array.from({ length: batch }, (_, i) => i);
  const train = (i: number): tf.Tensor =>
    tf.tidy(() => {
      const index = tf.tensor1d(
        Int32Array.from(rows, (row) => row + (i % 8) * batch),
        'int32',
      );
      const images = ops.gatherRows(x, index);
      const labels = tf.gather<Tensor1D>(pseudo, index);
      step = i;
      const loss = (): Scalar[] => {
        const logits = network.train(images, streams);
        return [shotLoss(ops, logits, labels, { beta: 0.1, alpha: 1 }).total];
      };
      return optimizer.step(loss, 1e-2, { repeater, inputs: [images, labels] });
    });
  const forward = (i: number): tf.Tensor =>
    tf.tidy(() => {
      const part = tf.slice(x, (i % 8) * batch, batch);
      return network.eval(part);
    });
  const trainMsPerStep = await median(steps, train);
  const forwardMsPerBatch = await median(steps, forward);
  tf.dispose([x, pseudo]);
  repeater.dispose();
  optimizer.dispose();
  const { name, version, device } = engine;
  return { engine: name, version, device, arch, batch, trainMsPerStep, forwardMsPerBatch };
}
