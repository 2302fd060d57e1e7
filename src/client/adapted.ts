import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FedshotError } from '../shared/errors.js';
import { readBytes, writeFileAtomic } from '../shared/files.js';
import { readModel, writeModel, type Model } from '../shared/model/folder.js';
import type { AdaptResult, Adapted } from './types.js';
import type { SampleSheet } from './sample-sheet.js';

/** What stays of an adaptation besides the weights: for the site's own reports and audits. */
export interface AdaptRecord {
  result: AdaptResult;
  samples: SampleSheet;
}

/** Folder of the adapted model of a release, and of the checkpoint while it is being made. */
export const adaptedDir = (home: string, name: string): string => join(home, 'adapted', name);

/** Writes the adapted model and its record; the record last. @throws FedshotError `io` */
export function writeAdapted(home: string, name: string, source: Model, adapted: Adapted): void {
  const dir = adaptedDir(home, name);
  writeModel(dir, { config: source.config, state: adapted.state });
  const record: AdaptRecord = { result: adapted.result, samples: adapted.samples };
  writeFileAtomic(join(dir, 'record.json'), `${JSON.stringify(record)}\n`);
}

/** Whether a release has been adapted here. */
export const hasAdapted = (home: string, name: string): boolean =>
  existsSync(join(adaptedDir(home, name), 'record.json'));

/**
 * The adapted model of a release with its record.
 * @throws FedshotError `not-found` before the first adaptation
 */
export function readAdapted(home: string, name: string): Model & { record: AdaptRecord } {
  const dir = adaptedDir(home, name);
  const file = join(dir, 'record.json');
  if (!hasAdapted(home, name))
    throw new FedshotError('not-found', `${home} holds no adapted model of "${name}"`, {
      hint: `fedshot client adapt --home ${home} --name ${name} --data …, or predict with --source-model`,
    });
  const record = JSON.parse(readBytes(file).toString('utf8')) as AdaptRecord;
  return { ...readModel(dir), record };
}
