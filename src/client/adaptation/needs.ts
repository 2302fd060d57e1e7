import { FedshotError } from '../../shared/errors.js';
import type { Model } from '../../shared/model/folder.js';
import { paramSpecs } from '../../shared/model/hypothesis.js';
import type { AdaptationMethod, Need } from '../methods/index.js';

const MEETS: Readonly<Record<Need, (model: Pick<Model, 'config'>) => boolean>> = {
  images: ({ config }) => config.input.kind === 'image',
  'batch normalisation': ({ config }) =>
    paramSpecs(config.architecture).some(({ name }) => name.endsWith('.running_mean')),
};

/** What a method needs and this release does not have. */
export const missingNeed = (
  { needs = [] }: AdaptationMethod,
  model: Pick<Model, 'config'>,
): Need | undefined => needs.find((need) => !MEETS[need](model));

/** @throws FedshotError `usage`, naming the method and what it needs */
export function assertMeetsNeeds(method: AdaptationMethod, model: Pick<Model, 'config'>): void {
  const need = missingNeed(method, model);
  if (need !== undefined)
    throw new FedshotError('usage', `method ${method.name} needs ${need}`, {
      hint: 'which this release does not have: choose another method',
    });
}
