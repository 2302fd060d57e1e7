import { describe, expect, it } from 'vitest';
import { inputSchema } from '../../../src/shared/preprocessing/input.js';
import { pictureInput } from '../../../src/shared/preprocessing/picture-input.js';
import { shapeAfter, type PictureStep } from '../../../src/shared/preprocessing/steps.js';

const colour: PictureStep = { step: 'colour', to: 'rgb' };
const square = (side: number): PictureStep => ({
  step: 'resize',
  filter: 'bilinear',
  to: { height: side, width: side },
});
const shorter = (side: number): PictureStep => ({
  step: 'resize',
  filter: 'bilinear',
  to: { shorter: side },
});
const crop = (height: number, width: number): PictureStep => ({ step: 'crop', height, width });

describe('shapeAfter', () => {
  it.each([
    [
      [colour, square(256), crop(224, 224)],
      [3, 224, 224],
    ],
    [
      [{ step: 'colour', to: 'grey' }, square(28)],
      [1, 28, 28],
    ],
    [
      [colour, shorter(256), crop(224, 200)],
      [3, 224, 200],
    ],
    [[colour, shorter(256)], undefined], // the longer side depends on the picture
    [[square(64)], undefined], // so do the channels
    [[colour, square(64), crop(65, 10)], undefined], // a crop larger than what is left
    [[colour, shorter(64), crop(65, 10)], undefined],
    [[colour, crop(64, 64)], undefined], // a picture may be smaller
  ] as [PictureStep[], number[] | undefined][])('%j ends in %j', (steps, shape) => {
    expect(shapeAfter(steps)).toEqual(shape);
  });
});

describe('the contract', () => {
  const contract = pictureInput([3, 128, 128]);

  it("is the object protocol's: 256 for 224, 144 for 128, and no margin for small images", () => {
    expect(contract.steps).toEqual([colour, square(144), crop(128, 128)]);
    expect(pictureInput([3, 224, 224]).steps).toEqual([colour, square(256), crop(224, 224)]);
    expect(pictureInput([1, 28, 28]).steps).toEqual([{ step: 'colour', to: 'grey' }, square(28)]);
    expect(inputSchema.parse(contract)).toEqual(contract);
  });

  it.each([
    ['ends in another shape', { ...contract, shape: [3, 96, 96] }],
    ['has a step that is not known', { ...contract, steps: [{ step: 'blur' }] }],
    ['asks for all memory', { ...contract, steps: [colour, square(100_000), crop(128, 128)] }],
    ['has another filter', { ...contract, steps: [{ ...square(128), filter: 'nearest' }] }],
    ['has no steps in its list', { ...contract, steps: [] }],
    [
      'has a key that is not known',
      { ...contract, steps: [{ ...colour, from: 'x' }, square(128)] },
    ],
  ])('is refused where it %s', (_, wrong) => {
    expect(inputSchema.safeParse(wrong).success).toBe(false);
  });
});
