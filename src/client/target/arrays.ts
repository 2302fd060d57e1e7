import type { Dataset, LoadedSamples } from '../../shared/data/index.js';
import type { PictureOptions } from '../../shared/preprocessing/pictures/open.js';
import type { EngineOptions } from '../../shared/engine/index.js';
import type { Model } from '../../shared/model/folder.js';
import { ResidentSamples } from '../../shared/model/resident.js';
import { fitZoom } from './fit-zoom.js';
import type { InputOptions } from './options.js';
import {
  normalised,
  readUpright,
  scaled,
  scaleOf,
  type Reading,
  type TargetSamples,
} from './reading.js';
import type { TargetData, TargetParts } from './types.js';

/** Samples that are held in memory, brought into the form of the release's input contract. */
export async function arrayTarget(
  { main: parts, test }: TargetParts,
  model: Model,
  reading: Reading,
  options: InputOptions & { engine?: EngineOptions },
  pictures: PictureOptions,
): Promise<TargetData> {
  const { config } = model;
  const upright = (loaded: LoadedSamples): Promise<Dataset> =>
    readUpright(loaded, config, reading, pictures);
  const read = await Promise.all(parts.map(upright));
  if (options.zoom === 'fit') reading.zoom = await fitZoom(model, read[0]!, options.engine);
  let main = joined(read.map((dataset) => normalised(dataset, config, reading)));
  if (options.rescale) {
    reading.scale = scaleOf(main.x, config);
    main = scaled(main, reading);
  }
  const held = test && normalised(await upright(test), config, reading);
  const scored = held ?? main;
  return {
    count: main.count,
    scored: scored.dataset,
    labels: scored.labels,
    missing: main.missing,
    reading,
    open: (ops) => ({
      main: new ResidentSamples(main.x, config.input, ops),
      test: held && new ResidentSamples(held.x, config.input, ops),
    }),
  };
}

/** Several targets one behind the other; labels only where all have them. */
function joined(parts: TargetSamples[]): TargetSamples {
  const [first] = parts;
  if (parts.length === 1) return first!;
  const x = new Float32Array(parts.reduce((size, part) => size + part.x.length, 0));
  let at = 0;
  for (const part of parts) {
    x.set(part.x, at);
    at += part.x.length;
  }
  const count = parts.reduce((n, part) => n + part.count, 0);
  const all = parts.every(({ labels }) => labels);
  const labels = all ? Int32Array.from(parts.flatMap((part) => [...part.labels!])) : undefined;
  const missing = first!.missing?.map(
    (_, d) => parts.reduce((s, part) => s + part.count * (part.missing?.[d] ?? 0), 0) / count,
  );
  return { x, count, dataset: first!.dataset, labels, missing };
}
