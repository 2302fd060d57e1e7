import { describe, expect, it } from 'vitest';
import { inputSignals } from '../../../src/client/diagnostics/input-signals.js';
import { inputFigures, type Card } from '../../../src/shared/model/card/index.js';
import { random } from '../../../src/shared/random.js';

const input = { kind: 'image' as const, shape: [1, 8, 8] as [number, number, number] };
const spec = { ...input, mean: [0.5], std: [0.5] };
const [N, WIDTH] = [60, 64];

/** Dark images with a bright fifth, normalised; those that `change` gives back differ. */
function images(change: (v: number, image: number) => number): Float32Array {
  const r = random('pictures');
  return Float32Array.from({ length: N * WIDTH }, (_, i) => {
    const grey = change(r.next() < 0.2 ? 0.8 : 0.05, Math.floor(i / WIDTH));
    return (grey - 0.5) / 0.5;
  });
}
const card = {
  input: inputFigures(
    images((v) => v),
    spec,
  ),
} as Card;
const of = (change: (v: number, image: number) => number) =>
  inputSignals(images(change), spec, card);

describe('inputSignals', () => {
  it('sees no difference to data like the provider’s', () => {
    expect(of((v) => v)).toMatchObject({ histogramDistance: 0, invertedShare: 0, smoothness: 1 });
  });

  it('tells images that are all inverted from a mixture, and both from a grey background', () => {
    const all = of((v) => 1 - v);
    expect(all.invertedShare).toBe(1);
    expect(all.invertedDistance).toBeLessThan(all.histogramDistance! / 2);
    const third = of((v, image) => (image % 3 === 0 ? 1 - v : v));
    expect(third.invertedShare).toBeCloseTo(1 / 3);
    expect(third.invertedDistance).toBeGreaterThan(third.histogramDistance! / 2);
    expect(of((v) => 0.4 + 0.6 * v).invertedShare).toBe(0);
  });

  it('says nothing without a card', () => {
    expect(
      inputSignals(
        images((v) => v),
        spec,
        undefined,
      ),
    ).toEqual({});
  });
});
