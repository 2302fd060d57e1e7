import { dispose, grads, keep, mul, sum, tensor, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { z } from 'zod';
import type { Ops } from '../../src/shared/engine/index.js';
import { readParameters, type Architecture } from '../../src/shared/model/architecture.js';
import { Hypothesis, paramSpecs } from '../../src/shared/model/hypothesis.js';
import { initialState } from '../../src/shared/model/init.js';
import type { Layer } from '../../src/shared/model/layers/index.js';
import { defineNetwork, type Network } from '../../src/shared/model/network.js';
import { networks } from '../../src/shared/model/networks/index.js';
import type { HostTensor, StateDict } from '../../src/shared/model/state.js';
import { random } from '../../src/shared/random.js';

/** A network at a size, of which F is held against torchvision's or timm's. */
export interface NetworkCase {
  name: string;
  /** Side of the images. */
  side: number;
  parameters?: Record<string, unknown>;
}

export const NETWORK_CASES: readonly NetworkCase[] = [
  { name: 'resnet18', side: 64 },
  { name: 'resnet34', side: 64 },
  { name: 'resnet50', side: 64 },
  { name: 'resnet101', side: 64 },
  { name: 'mobilenetv1_100', side: 64 },
  { name: 'mobilenetv1_075', side: 65 },
  { name: 'mobilenetv1_025', side: 64 },
  { name: 'vit_small_patch16', side: 64 },
  { name: 'vit_small_patch14', side: 56, parameters: { layerScale: true } },
  { name: 'vit_base_patch16', side: 48 },
  { name: 'vit_base_patch14', side: 42, parameters: { layerScale: true } },
];

const BATCH = 4;
const same: Layer = { params: () => [], forward: (x) => x };

/** The network without B and C, so that what it gives is what F gives. */
function featuresOf(network: Network): Network {
  const { name, parameters, featureWidth } = network;
  return defineNetwork({
    name: `${name}_features`,
    input: 'any',
    parameters: parameters.extend({ width: z.int().default(featureWidth!) }),
    layers: ({ width: _, ...own }, task) => ({ F: network.build(own, task).F, B: same, C: same }),
  });
}

/** What both sides are given. */
export interface NetworkInputs {
  /** By torchvision's or timm's names. */
  weights: StateDict;
  /** Images `[n, 3, side, side]`, normally distributed. */
  x: HostTensor;
  /** The gradient is that of Σ r·F(x). */
  r: HostTensor;
}

/**
 * What both sides make of it: outputs as `eval` and `train`, gradients as `eval grad NAME` (by the running
 * statistics) and `train grad NAME` (by the batch's), and `moved NAME`, the statistics after training.
 */
export type NetworkResults = Map<string, Float32Array>;

const bare = (name: string): string => name.replace(/^F\./, '');

function architectureOf({ name, side, parameters }: NetworkCase): Architecture {
  const network = networks.get(name);
  const features = featuresOf(network);
  if (!networks.has(features.name)) networks.add(features);
  const width = network.featureWidth!;
  const input: [number, number, number] = [3, side, side];
  const own = readParameters(network, parameters ?? {});
  return { name: features.name, input, classes: width, bottleneck: width, ...own };
}

/** Random weights of which none is what another network would have by itself: no zeros and no ones. */
export function networkInputs(given: NetworkCase): NetworkInputs {
  const architecture = architectureOf(given);
  const specs = paramSpecs(architecture);
  const stream = random('network parity', given.name);
  const drawn = initialState(specs, stream);
  for (const { name, init } of specs) {
    const { data } = drawn.get(name)!;
    if (!(data instanceof Float32Array) || !['zeros', 'ones', 'layer_scale'].includes(init))
      continue;
    const own = stream.fork('moved', name);
    const around = init === 'zeros' ? 0 : 1;
    for (let i = 0; i < data.length; i++) data[i] = around + 0.2 * (2 * own.next() - 1);
  }
  const normal = (shape: number[], what: string): HostTensor => {
    const own = stream.fork(what);
    const size = shape.reduce((a, b) => a * b, 1);
    return { shape, data: Float32Array.from({ length: size }, () => own.normal()) };
  };
  return {
    weights: new Map([...drawn].map(([name, value]) => [bare(name), value])),
    x: normal([BATCH, ...architecture.input], 'x'),
    r: normal([BATCH, architecture.bottleneck], 'r'),
  };
}

/** What the engine in use makes of it. */
export async function networkResults(
  given: NetworkCase,
  { weights, x, r }: NetworkInputs,
  ops: Ops,
): Promise<NetworkResults> {
  const state: StateDict = new Map([...weights].map(([name, value]) => [`F.${name}`, value]));
  const results: NetworkResults = new Map();
  const load = ({ shape, data }: HostTensor): Tensor => tensor(data as Float32Array, shape);
  const [images, factors] = [load(x), load(r)];
  for (const mode of ['eval', 'train'] as const) {
    const frozen = { freezeBnStatistics: mode === 'eval' };
    const hypothesis = new Hypothesis(architectureOf(given), ops, state, frozen);
    const [output, ...gradients] = outputAndGradients(hypothesis, images, factors);
    results.set(mode, Float32Array.from(await output!.data()));
    const names = hypothesis.specs.filter(({ trainable }) => trainable).map(({ name }) => name);
    for (const [i, name] of names.entries())
      results.set(`${mode} grad ${bare(name)}`, Float32Array.from(await gradients[i]!.data()));
    if (mode === 'train')
      for (const [name, { data }] of await hypothesis.state())
        if (name.includes('running_')) results.set(`moved ${bare(name)}`, data as Float32Array);
    dispose([output!, ...gradients]);
    hypothesis.dispose();
  }
  dispose([images, factors]);
  return results;
}

/** F(x), and the gradients of Σ r·F(x). */
function outputAndGradients(hypothesis: Hypothesis, x: Tensor, r: Tensor): Tensor[] {
  return tidy(() => {
    let seen: Tensor | undefined;
    const total = (): Tensor => {
      const { features } = hypothesis.train(x);
      seen = keep(features.clone()); // beyond the end of the forward pass
      return sum(mul(features, r));
    };
    const all = grads(total)(hypothesis.trainable('F'));
    return [seen!, ...all];
  });
}

/** Largest difference of two tensors over the largest value of the second. */
export function relative(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Infinity;
  let [off, most] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    off = difference <= off ? off : difference; // NaN passes through
    most = Math.max(most, Math.abs(b[i]!));
  }
  return off / Math.max(most, 1e-30);
}

/** A tensor in two numbers: its norm, and its sum under random signs, which its name decides. */
export function fingerprint(name: string, values: Float32Array): [norm: number, signed: number] {
  const stream = random('signs', name);
  let [squares, signed] = [0, 0];
  for (const value of values) {
    squares += value * value;
    signed += stream.next() < 0.5 ? value : -value;
  }
  return [Math.sqrt(squares), signed];
}
