import { sourceName } from '../../shared/data/index.js';
import type { EngineOptions } from '../../shared/engine/index.js';
import { FedshotError } from '../../shared/errors.js';
import type { Model } from '../../shared/model/folder.js';
import { takesPictures } from '../../shared/model/open-samples.js';
import { pictureOptions } from '../../shared/preprocessing/pictures/picture-options.js';
import type { Reporter } from '../../shared/reporter.js';
import { arrayTarget } from './arrays.js';
import { assertFullCard } from './fit-zoom.js';
import { pictureTarget } from './pictures.js';
import { readingOf, readLoaded } from './reading.js';
import { sourcesOf, type InputOptions } from './options.js';
import type { TargetData } from './types.js';

/**
 * Finds a site's data, once, and brings it into the form of the release's input contract.
 * @param least samples that there must be: two where anything is learnt from them
 * @throws FedshotError `data` where it does not fit the contract or is too little
 */
export async function targetData(
  options: InputOptions & { engine?: EngineOptions; reporter?: Reporter; signal?: AbortSignal },
  model: Model,
  least = 2,
): Promise<TargetData> {
  const { config } = model;
  const { reporter } = options;
  if (options.zoom === 'fit') assertFullCard(model);
  const reading = readingOf(options);
  const sources = sourcesOf(options.data);
  const main = await Promise.all(sources.map((source) => readLoaded(source, config, reporter)));
  const test = options.test && (await readLoaded(options.test, config, reporter));
  const parts = { main, test: test || undefined };
  const pictures = pictureOptions(options);
  const { input } = config;
  const target = takesPictures(input)
    ? await pictureTarget(parts, model, input, reading, options, pictures)
    : await arrayTarget(parts, model, reading, options, pictures);
  if (target.count < least)
    throw new FedshotError(
      'data',
      `${sources.map(sourceName).join(', ')}: one sample is too few to adapt on`,
      {
        hint: 'predict with the released model instead: fedshot client predict --source-model',
      },
    );
  return target;
}
