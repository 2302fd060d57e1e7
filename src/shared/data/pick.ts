import type { LoadedSamples } from './pictures/types.js';

/** Some of the samples, in the order of `index`; pictures are read no sooner for it. */
export function pickSamples<T extends LoadedSamples>(loaded: T, index: Int32Array): T {
  const { labels, rowNumbers } = loaded;
  const common = {
    count: index.length,
    labels: labels && Int32Array.from(index, (i) => labels[i]!),
    rowNumbers: rowNumbers && Array.from(index, (i) => rowNumbers[i]!),
  };
  if (loaded.kind === 'pictures') {
    const { refs, held, groups } = loaded;
    return {
      ...loaded,
      ...common,
      refs: held ? refs : Array.from(index, (i) => refs[i]!),
      held: held && ((sample: number) => held(index[sample]!)),
      groups: groups && Array.from(index, (i) => groups[i]!),
    };
  }
  const width = loaded.x.length / loaded.count;
  const x = new Float32Array(index.length * width);
  index.forEach((from, to) =>
    x.set(loaded.x.subarray(from * width, (from + 1) * width), to * width),
  );
  return { ...loaded, ...common, x };
}
