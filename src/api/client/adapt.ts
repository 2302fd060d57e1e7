import type { AdaptResult, KeptRun } from '../../client/index.js';
import { sourcesOf } from '../../client/target/options.js';
import type { SampleSheet } from '../../client/adaptation/sample-sheet.js';
import { sourceName } from '../../shared/data/index.js';
import type { IsolationRecord, StepContext } from '../../shared/isolate/index.js';
import { withRecipe } from '../../shared/recipes.js';
import { defineOperation } from '../operation.js';
import { writeReport } from '../report-file.js';
import { adaptOptions, isFile } from './adapt-options.js';
import { dataOf } from './data-options.js';
import { dataRights } from './home-rights.js';
import { warnOfTrust } from './trust-warnings.js';

/** What came of an adaptation. */
export type AdaptOutcome = AdaptResult & {
  run: KeptRun;
  samples?: SampleSheet;
  isolation?: IsolationRecord;
};

/**
 * Adapts a pulled release to local, unlabelled data and keeps the result as a run; it comes into use
 * where the battery accepts it, or with `force`.
 */
export default defineOperation({
  name: 'client adapt',
  module: import.meta.url,
  options: adaptOptions,
  rights({ home, prior, cache }) {
    const { read = [], write = [], ...rest } = dataRights(home, { writes: true });
    return {
      ...rest,
      read: [...read, ...(isFile(prior) ? [prior] : [])],
      write: [...write, ...(cache === undefined ? [] : [cache])],
    };
  },
  async run(
    { home, name, source, report, samples: inJson, engine, device, threads, ...options },
    context: StepContext,
  ): Promise<AdaptOutcome> {
    const { reporter, signal, isolation } = context;
    await warnOfTrust(home, context);
    const { adaptRelease, withoutFolders } = await import('../../client/index.js');
    const adapting = {
      ...withRecipe('adapt', options),
      data: dataOf(options.data),
      keepSamples: inJson || report !== undefined,
      isolation,
      engine: { engine, device, threads, reporter },
      reporter,
      signal,
      now: () => context.now(),
    };
    const { result, samples, run } = await adaptRelease(home, name, adapting, source);
    if (report !== undefined) {
      const data = sourcesOf(options.data)
        .map((source) => withoutFolders(sourceName(source)))
        .join(', ');
      await writeReport(report, context.now(), [
        { name: options.runName ?? name, data, run: { ...result, samples } },
      ]);
    }
    return { ...result, run, ...(inJson && { samples }), isolation };
  },
});
