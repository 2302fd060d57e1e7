import { describe, test } from 'vitest';
import { type StateDict } from '../../../src/shared/model/state.js';
import { loadDataset } from '../../../src/shared/data/index.js';
import { big, bytesOf, redTeam, SOURCE } from '../../fixtures/red-team.js';

const red = redTeam();

describe('the source data', () => {
  const hide =
    (bits: number) =>
    (state: StateDict): void => {
      const bytes = bytesOf(big(state));
      const per = 8 / bits;
      const mask = (1 << bits) - 1;
      for (let i = 0; i < 784; i++)
        for (let k = 0; k < per; k++) {
          const at = 4 * (i * per + k);
          bytes[at] =
            (bytes[at]! & ~mask) | ((red.images[784 + i]! >> (bits * (per - 1 - k))) & mask);
        }
    };
  test.each([1, 2, 4])('one image in the lowest %i bits of the weights', (bits) =>
    red.caught(
      'data',
      (artefacts) => red.publish(artefacts, hide(bits)),
      /sample 1 of the source data/,
      (artefacts) => red.publish(artefacts),
      { data: SOURCE },
    ),
  );

  test('one image as float32 in the place of some weights', () =>
    red.caught(
      'data',
      (artefacts) =>
        red.publish(artefacts, (state) => {
          for (let i = 0; i < 784; i++) big(state)[5000 + i] = red.images[i]! / 255;
        }),
      /sample 0 of the source data, as float32/,
      (artefacts) => red.publish(artefacts),
      { data: SOURCE },
    ));

  test('one image with its values as they are, between two grey levels', async () => {
    const { x } = await loadDataset(SOURCE);
    await red.caught(
      'data',
      (artefacts) => red.publish(artefacts, (state) => big(state).set(x.subarray(0, 784), 5000)),
      /sample 0 of the source data, as float32, 0..1/,
      (artefacts) => red.publish(artefacts),
      { data: SOURCE },
    );
  });

  test('one image normalised as the release tells sites to', () =>
    red.caught(
      'data',
      (artefacts) =>
        red.publish(artefacts, (state) => {
          for (let i = 0; i < 784; i++) big(state)[5000 + i] = (red.images[i]! / 255 - 0.5) / 0.5;
        }),
      /sample 0 of the source data, as float32, (normalised by 0.5 and 0.5|-1..1)/,
      (artefacts) => red.publish(artefacts),
      { data: SOURCE },
    ));
});
