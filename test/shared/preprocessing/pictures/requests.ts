import type { View } from '../../../../src/shared/data/pictures/view.js';
import type { PictureStep } from '../../../../src/shared/preprocessing/steps.js';

export const STEPS: readonly PictureStep[] = [
  { step: 'colour', to: 'rgb' },
  { step: 'resize', filter: 'bilinear', to: { height: 20, width: 20 } },
  { step: 'crop', height: 16, width: 16 },
];
export const SHAPE = [3, 16, 16] as const;

/** Requests of `size` for each sample once, seen at random but always the same. */
export function* epoch(count: number, size: number): Generator<View[]> {
  for (let from = 0; from < count; from += size)
    yield Array.from({ length: Math.min(size, count - from) }, (_, i) => ({
      sample: from + i,
      crop: [((from + i) * 0.37) % 1, ((from + i) * 0.61) % 1],
      flip: i % 2 === 0,
    }));
}
