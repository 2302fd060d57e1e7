import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../../src/shared/data/index.js';
import {
  preprocess,
  type InputSpec,
  type Preprocessing,
} from '../../../src/shared/preprocessing/index.js';
import { deslant } from '../../../src/shared/preprocessing/deslant.js';
import { fill } from '../../../src/shared/preprocessing/fill.js';
import { invert, orient, zoom } from '../../../src/shared/preprocessing/orient.js';
import { random } from '../../../src/shared/random.js';
import { refusal } from '../data/files.js';

const SIDE = 9;
const input: InputSpec = { kind: 'image', shape: [1, SIDE, SIDE], mean: [0.5], std: [0.25] };

/** A bright stroke that leans, off the centre, on a dim ground: no two steps can be exchanged on it. */
function stroke(): Dataset {
  const draw = random('stroke');
  const x = Float32Array.from({ length: SIDE * SIDE }, () => 0.1 * draw.next());
  for (let row = 1; row < 7; row++) x[row * SIDE + 6 - Math.floor(row / 2)] = 1;
  return { source: 'test', kind: 'image', shape: [1, SIDE, SIDE], count: 1, x };
}

describe('preprocess', () => {
  it('turns, inverts, takes the slant out, fills, zooms, applies the contract, then scales', () => {
    const steps = {
      orient: 'rotate90',
      invert: true,
      deslant: true,
      fill: true,
      zoom: 1.2,
    } as const;
    const scale = { factor: 2, offset: -1 };
    const seen = zoom(fill(deslant(invert(orient(stroke(), 'rotate90')))), 1.2);
    const { dataset, x } = preprocess(stroke(), { ...steps, scale }, input);
    expect(dataset.x).toEqual(seen.x);
    const expected = seen.x.map((grey) => Math.fround((grey - 0.5) / 0.25) * 2 - 1);
    expect(x).toEqual(expected);
  });

  it.each<[string, Preprocessing, Dataset]>([
    ['orient', { orient: 'rotate90', deslant: true }, orient(deslant(stroke()), 'rotate90')],
    ['invert', { invert: true, deslant: true }, invert(deslant(stroke()))],
    ['deslant', { deslant: true, fill: true }, deslant(fill(stroke()))],
    ['fill', { fill: true, zoom: 0.7 }, fill(zoom(stroke(), 0.7))],
  ])('in an order that matters: %s comes before', (_, steps, after) => {
    expect([...preprocess(stroke(), steps, input).dataset.x]).not.toEqual([...after.x]);
  });

  it('without steps is the input contract, and leaves the samples as they are', () => {
    const given = stroke();
    const { dataset, x } = preprocess(given, {}, input);
    expect(dataset).toBe(given);
    expect(x).toEqual(given.x.map((grey) => (grey - 0.5) / 0.25));
  });

  it('refuses every step on a table, by the option that asks for it', async () => {
    const table: Dataset = { ...stroke(), kind: 'table', shape: [81] };
    for (const [option, steps] of [
      ['--orient flip', { orient: 'flip' }],
      ['--invert', { invert: true }],
      ['--deslant', { deslant: true }],
      ['--fill', { fill: true }],
      ['--zoom', { zoom: 2 }],
    ] as const)
      expect(await refusal(() => preprocess(table, steps, input))).toMatchObject({
        code: 'usage',
        message: `${option} needs images; test is a table`,
      });
  });
});
