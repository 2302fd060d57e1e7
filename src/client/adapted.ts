import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FedshotError } from '../shared/errors.js';
import { readBytes, writeFileAtomic } from '../shared/files.js';
import { readModel, writeModel, type Model } from '../shared/model/folder.js';
import type { SampleSheet } from './sample-sheet.js';
import type { Adapted, AdaptResult, Use } from './types.js';

/** What stays of an adaptation besides the weights: for the site's own reports and audits. */
export interface AdaptRecord {
  result: AdaptResult;
  samples: SampleSheet;
  use: Use;
  /** Other releases whose adapted models answer together with this one. */
  together?: string[];
}

/** Folder of the adapted model of a release, and of the checkpoint while it is being made. */
export const adaptedDir = (home: string, name: string): string => join(home, 'adapted', name);

const recordFile = (home: string, name: string): string =>
  join(adaptedDir(home, name), 'record.json');

/** Writes the adapted model and its record; the record last. @throws FedshotError `io` */
export function writeAdapted(
  home: string,
  name: string,
  source: Model,
  { result, samples, use, state }: Adapted,
  together?: string[],
): void {
  writeModel(adaptedDir(home, name), { config: source.config, state });
  const record: AdaptRecord = { result, samples, use, ...(together && { together }) };
  writeFileAtomic(recordFile(home, name), `${JSON.stringify(record)}\n`);
}

/** Whether a release has been adapted here. */
export const hasAdapted = (home: string, name: string): boolean =>
  existsSync(recordFile(home, name));

/**
 * The adapted model of a release with its record.
 * @throws FedshotError `not-found` before the first adaptation
 */
export function readAdapted(home: string, name: string): Model & { record: AdaptRecord } {
  if (!hasAdapted(home, name))
    throw new FedshotError('not-found', `${home} holds no adapted model of "${name}"`, {
      hint: `fedshot client adapt --home ${home} --name ${name} --data …, or predict with --source-model`,
    });
  const record = JSON.parse(readBytes(recordFile(home, name)).toString('utf8')) as AdaptRecord;
  return { ...readModel(adaptedDir(home, name)), record };
}
