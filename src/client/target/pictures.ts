import { asPictures } from '../../shared/preprocessing/pictures/convert.js';
import type { PictureOptions } from '../../shared/preprocessing/pictures/open.js';
import type { PictureSet } from '../../shared/data/index.js';
import type { Model } from '../../shared/model/folder.js';
import { pictureSamples, type PictureInput } from '../../shared/model/open-samples.js';
import type { InputOptions } from './options.js';
import { scaleOf, type Reading } from './reading.js';
import type { TargetData, TargetParts } from './types.js';

/** Pictures of any size, which are read when they are needed, by the steps of the release's contract. */
export async function pictureTarget(
  { main: parts, test }: TargetParts,
  { config: { card } }: Model,
  input: PictureInput,
  reading: Reading,
  options: InputOptions,
  pictures: PictureOptions,
): Promise<TargetData> {
  const main = joined(parts.map(asPictures));
  const held = test && asPictures(test);
  if (options.rescale) {
    const some = pictureSamples(main, input, reading, pictures);
    try {
      reading.scale = scaleOf(await some.values(), { input, card });
    } finally {
      some.dispose();
    }
  }
  return {
    count: main.count,
    labels: (held ?? main).labels,
    reading,
    open: () => ({
      main: pictureSamples(main, input, reading, pictures),
      test: held && pictureSamples(held, input, reading, pictures),
    }),
  };
}

/** Several targets one behind the other; labels only where all have them. */
function joined(sets: readonly PictureSet[]): PictureSet {
  const [first] = sets;
  if (sets.length === 1) return first!;
  const starts: number[] = [];
  let count = 0;
  for (const set of sets) {
    starts.push(count);
    count += set.count;
  }
  const all = sets.every(({ labels }) => labels);
  const held = sets.some((set) => set.held);
  return {
    source: first!.source,
    kind: 'pictures',
    count,
    refs: held ? [] : sets.flatMap(({ refs }) => [...refs]),
    labels: all ? Int32Array.from(sets.flatMap(({ labels }) => [...labels!])) : undefined,
    classNames: first!.classNames,
  };
}
