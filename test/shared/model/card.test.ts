import { describe, expect, it } from 'vitest';
import {
  atcThreshold,
  confidences,
  fitTemperature,
  tempered,
} from '../../../src/shared/model/card/calibrate.js';
import { ownDistance } from '../../../src/shared/model/card/distance.js';
import { classDistance, inputFigures } from '../../../src/shared/model/card/index.js';
import { makeCard } from '../../../src/shared/model/card/make.js';
import { cardAt, cardMisfit, cardSchema } from '../../../src/shared/model/card/schema.js';
import { startEngine } from '../../../src/shared/engine/index.js';
import { initialState } from '../../../src/shared/model/init.js';
import { paramSpecs } from '../../../src/shared/model/hypothesis.js';
import { ResidentSamples } from '../../../src/shared/model/resident.js';
import type { InputSpec } from '../../../src/shared/preprocessing/input.js';
import { random } from '../../../src/shared/random.js';

describe('fitTemperature', () => {
  it('finds the temperature at which labels were drawn', () => {
    const r = random('T');
    const K = 3;
    const truth = 2.5;
    const z = Array.from({ length: 6000 }, () => Array.from({ length: K }, () => 4 * r.normal()));
    const softmax = (row: number[], T: number) => {
      const e = row.map((v) => Math.exp(v / T));
      return e.map((v) => v / e.reduce((a, b) => a + b));
    };
    const labels = Int32Array.from(z, (row) => {
      let left = r.next();
      return softmax(row, truth).findIndex((q) => (left -= q) < 0);
    });
    const p = Float32Array.from(z.flatMap((row) => softmax(row, 1)));
    expect(fitTemperature(p, labels, K)).toBeCloseTo(truth, 0);
    const calibrated = confidences(tempered(p, K, truth), K);
    const expected = z.map((row) => Math.max(...softmax(row, truth)));
    expected.slice(0, 50).forEach((c, i) => expect(calibrated[i]).toBeCloseTo(c, 4));
  });
});

describe('atcThreshold', () => {
  it('leaves as many samples below it as are wrong', () => {
    const confidence = Float32Array.from([0.9, 0.2, 0.6, 0.4, 0.8]);
    const t = atcThreshold(confidence, 0.6);
    expect(confidence.filter((c) => c < t)).toHaveLength(2);
  });
});

describe('inputFigures', () => {
  const input = {
    kind: 'image' as const,
    shape: [1, 2, 2] as [number, number, number],
    mean: [0.5],
    std: [0.5],
  };
  it('bins grey levels as they were before normalisation', () => {
    const { histogram } = inputFigures(Float32Array.from([-1, -1, 1, 1]), input);
    expect(histogram![0]).toBe(0.5);
    expect(histogram!.at(-1)).toBe(0.5);
  });
  it('tells pictures from noise by neighbouring pixels', () => {
    const wide = { ...input, shape: [1, 8, 8] as [number, number, number] };
    const ramp = Float32Array.from({ length: 64 }, (_, i) => (i % 8) / 8 + Math.floor(i / 8) / 8);
    const r = random('noise');
    const noise = Float32Array.from({ length: 6400 }, () => r.normal());
    expect(Math.min(...inputFigures(ramp, wide).smoothness!)).toBeGreaterThan(0.9);
    for (const c of inputFigures(noise, wide).smoothness!) expect(Math.abs(c)).toBeLessThan(0.1);
  });
});

describe('classDistance', () => {
  it('is the median distance to the nearest class in units of its variance', () => {
    const classes = { mean: [[0, 0], null, [10, 0]], variance: [[1, 1], null, [4, 4]] };
    // distances 1²/1/2, 2²/4/2 and 3²/1/2
    const features = Float32Array.from([1, 0, 12, 0, 0, 3]);
    expect(classDistance(features, classes)).toBeCloseTo(0.5, 3);
  });
});

describe('ownDistance', () => {
  it('is that to the class as it would be without the sample, by leaving each out in turn', () => {
    const r = random('own');
    const [n, D] = [12, 3];
    const labels = Int32Array.from({ length: n }, (_, i) => i % 2);
    const features = Float32Array.from(
      { length: n * D },
      (_, i) => 4 * labels[Math.floor(i / D)]! + r.normal(),
    );
    const moments = (without: number) => {
      const rows = [0, 1].map((k) =>
        [...labels.keys()].filter((i) => labels[i] === k && i !== without),
      );
      const of = (power: (v: number, k: number, d: number) => number) =>
        rows.map((own, k) =>
          Array.from(
            { length: D },
            (_, d) => own.reduce((s, i) => s + power(features[i * D + d]!, k, d), 0) / own.length,
          ),
        );
      const mean = of((v) => v);
      return { mean, variance: of((v, k, d) => (v - mean[k]![d]!) ** 2) };
    };
    const each = [...labels.keys()].map((i) =>
      classDistance(features.slice(i * D, (i + 1) * D), moments(i)),
    );
    const expected = each.sort((a, b) => a - b)[n >> 1]!;
    const own = ownDistance(features, labels, [n / 2, n / 2], moments(-1));
    expect(own).toBeCloseTo(expected, 4);
    expect(own).toBeGreaterThan(classDistance(features, moments(-1)));
  });
});

describe('makeCard', () => {
  const architecture = {
    name: 'mlp' as const,
    input: [4] as [number],
    classes: 3,
    bottleneck: 5,
    hidden: [6],
  };
  const r = random('card');
  const count = 60;
  // class 2 has five samples: too few to be described
  const labels = Int32Array.from({ length: count }, (_, i) => (i < 5 ? 2 : i % 2));
  const columns = ['a', 'b', 'c', 'd'];
  const fill = (v: number) => columns.map(() => v);
  const make = async () => {
    const { ops } = await startEngine();
    const input: InputSpec = {
      kind: 'table',
      shape: [4],
      columns,
      impute: fill(0),
      mean: fill(0),
      std: fill(1),
    };
    const x = Float32Array.from({ length: count * 4 }, () => r.normal());
    return makeCard({
      architecture,
      input,
      state: initialState(paramSpecs(architecture), random(1)),
      ops,
      heldOut: { samples: new ResidentSamples(x, input, ops), labels },
      trainLabels: labels,
    });
  };

  it('describes no class of fewer samples than the minimum, and fits its schema', async () => {
    const card = await make();
    expect(cardSchema.parse(card)).toEqual(card);
    expect(cardMisfit(card, 3, 5)).toBeUndefined();
    expect(card.confusion!.map((row) => row !== null)).toEqual([true, true, false]);
    expect(card.features!.mean[2]).toBeNull();
    expect(card.features!.variance[2]).toBeNull();
    expect(card.features!.mean[0]).toHaveLength(5);
  });

  it('says less at lower levels', async () => {
    const card = await make();
    expect(cardAt(card, 'none')).toBeUndefined();
    expect(Object.keys(cardAt(card, 'minimal')!)).not.toContain('features');
    expect(cardAt(card, 'full')).toBe(card);
  });

  it('is refused by a model with other classes or features, by key', async () => {
    const card = await make();
    expect(cardMisfit(card, 4, 5)).toBe('prior');
    expect(cardMisfit(card, 3, 6)).toBe('features.mean');
    expect(() => cardSchema.parse({ ...card, samples_of_patients: [] })).toThrow(/unrecognized/i);
  });
});
