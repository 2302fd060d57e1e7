import { createHash } from 'node:crypto';
import type { InputSpec } from '../../shared/preprocessing/input.js';

/** A column's value counts as extreme this many of the provider's deviations away. */
const EXTREME = 1000;

/** What is wrong with single samples, whatever a model makes of them. */
export interface SampleFigures {
  /** Share of images in which all values are equal. */
  blank: number;
  /** Share of samples that are left when each is counted once. */
  distinct: number;
  /** Whether there is one sample only, more than once. */
  same: boolean;
  /** Share of rows with a value further away than any unit or rounding explains, and its column. */
  extreme?: { share: number; column: string };
}

/**
 * Looks at samples one by one.
 * @param x `count × product(input.shape)` values, normalised
 */
export function sampleFigures(x: Float32Array, input: InputSpec): SampleFigures {
  const width = input.shape.reduce((a, b) => a * b, 1);
  const count = x.length / width;
  const seen = new Set<string>();
  let [blank, far, worst] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const row = x.subarray(i * width, (i + 1) * width);
    seen.add(createHash('sha256').update(row).digest('base64'));
    if (input.kind === 'image') blank += Number(row.every((v) => v === row[0]));
    else {
      const most = row.reduce((a, v, d) => (Math.abs(v) > Math.abs(row[a]!) ? d : a), 0);
      if (Math.abs(row[most]!) <= EXTREME) continue;
      far++;
      worst = most;
    }
  }
  return {
    blank: blank / count,
    distinct: seen.size / count,
    same: count > 1 && seen.size === 1,
    ...(input.kind === 'table' &&
      far > 0 && {
        extreme: { share: far / count, column: input.columns[worst] ?? `#${worst}` },
      }),
  };
}
