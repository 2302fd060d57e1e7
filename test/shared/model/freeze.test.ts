import { tensor, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine, type Ops } from '../../../src/shared/engine/index.js';
import type { Architecture } from '../../../src/shared/model/architecture.js';
import type { Frozen } from '../../../src/shared/model/freeze.js';
import { Hypothesis, paramSpecs } from '../../../src/shared/model/hypothesis.js';
import { initialState } from '../../../src/shared/model/init.js';
import { Sgd } from '../../../src/shared/model/optimizer.js';
import type { StateDict } from '../../../src/shared/model/state.js';
import { shotLoss } from '../../../src/shared/objective/losses.js';
import { random } from '../../../src/shared/random.js';

const DTN: Architecture = { name: 'dtn', input: [3, 8, 8], classes: 3, bottleneck: 4, hidden: [] };

describe('frozen parts of F', () => {
  let ops: Ops;
  beforeAll(async () => {
    ({ ops } = await startEngine({ engine: 'wasm' }));
  });

  /** The names that a step of training changes. */
  async function changed(frozen: Frozen): Promise<string[]> {
    const start: StateDict = initialState(paramSpecs(DTN), random(1));
    const hypothesis = new Hypothesis(DTN, ops, start, frozen);
    const stream = random('x');
    const x: Tensor = tensor(
      Float32Array.from({ length: 4 * 192 }, () => stream.normal()),
      [4, 3, 8, 8],
    );
    const optimizer = new Sgd(ops, [
      { params: hypothesis.trainable('F'), factor: 1 },
      { params: hypothesis.trainable('B', 'C'), factor: 1 },
    ]);
    optimizer
      .step(
        () => [shotLoss(ops, hypothesis.train(x).logits, undefined, { beta: 0, alpha: 1 }).total],
        0.1,
      )
      .dispose();
    const after = await hypothesis.state();
    return [...after].flatMap(([name, { data }]) =>
      String(data) === String(start.get(name)!.data) ? [] : [name],
    );
  }

  it('stay as they are to the bit, and nothing else does', async () => {
    const all = await changed({});
    expect(all).toContain('F.conv_params.0.weight');
    const left = await changed({ freeze: ['conv_params.0', 'F.conv_params.1'] });
    const frozen = [0, 1].flatMap((i) =>
      ['weight', 'bias'].map((name) => `F.conv_params.${i}.${name}`),
    );
    expect(left).toEqual(all.filter((name) => !frozen.includes(name)));
  });

  it('may be all of F', async () => {
    const left = await changed({ freeze: ['conv_params'] });
    expect(left.filter((name) => name.startsWith('F.') && !/running|num_/.test(name))).toEqual([]);
    expect(left).toContain('B.bottleneck.weight');
  });

  it("F's statistics stay when they are frozen; those of B move", async () => {
    const moved = (names: string[]): string[] => names.filter((name) => /running|num_/.test(name));
    expect(moved(await changed({}))).toContain('F.conv_params.1.running_mean');
    const left = await changed({ freezeBnStatistics: true });
    expect(moved(left)).toEqual([
      'B.bn.running_mean',
      'B.bn.running_var',
      'B.bn.num_batches_tracked',
    ]);
    expect(left).toContain('F.conv_params.1.weight');
  });

  it.each(['conv_param', 'conv_params.2', 'B.bottleneck', 'conv_params.1.running_mean'])(
    'refuses %s, which is no name of a parameter of F',
    (prefix) => {
      const state = initialState(paramSpecs(DTN), random(1));
      expect(() => new Hypothesis(DTN, ops, state, { freeze: [prefix] })).toThrow(
        `--freeze ${prefix}: no parameter of F has such a name`,
      );
    },
  );
});
