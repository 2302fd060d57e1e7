import { z } from 'zod';
import type { AnsweredBy, Predictions } from '../../client/index.js';
import { dataSource } from '../../shared/data/index.js';
import type { IsolationRecord, StepContext } from '../../shared/isolate/index.js';
import { choice, flag, outputFile, path, text } from '../../shared/option.js';
import { engineOptions } from '../engine-options.js';
import { defineOperation } from '../operation.js';
import { dataRights } from './home-rights.js';
import { predictionRows } from './prediction-rows.js';
import { warnOfTrust } from './trust-warnings.js';

export const predictOptions = z.strictObject({
  home: path('<dir>').describe('folder of this site'),
  name: text('<release>').describe('the release whose adapted model predicts'),
  data: dataSource().describe('samples (docs/data.md); labels are not read'),
  sourceModel: flag().default(false).describe('predict with the released model, unadapted'),
  run: text('<run>')
    .optional()
    .describe('predict with this run, whatever is in use (client runs lists them)'),
  format: choice('<format>', ['csv', 'jsonl'] as const)
    .default('csv')
    .describe('form of the rows'),
  out: outputFile().optional().describe('write to a file instead of standard output'),
  ...engineOptions,
});
export type PredictInput = z.input<typeof predictOptions>;
export type PredictOutcome = Predictions & { model: AnsweredBy; isolation?: IsolationRecord };

/** Predicts the class of each sample with the run in use, or the released model. */
export default defineOperation({
  name: 'client predict',
  module: import.meta.url,
  options: predictOptions,
  rights: ({ home }) => dataRights(home),
  async run(
    { home, name, data, sourceModel, run, format, out, engine, device, threads },
    context,
  ): Promise<PredictOutcome> {
    const { reporter, isolation } = context;
    await warnOfTrust(home, context);
    const { predictRelease } = await import('../../client/index.js');
    const value = await predictRelease(home, name, {
      data,
      sourceModel,
      run,
      engine: { engine, device, threads, reporter },
      reporter,
    });
    sayWho(context, value.model, sourceModel);
    if (out !== undefined) {
      const { writeFileAtomic } = await import('../../shared/files.js');
      const { insidePath } = await import('../../shared/isolate/index.js');
      writeFileAtomic(insidePath(out), predictionRows(value, format), 0o600);
    }
    return { ...value, isolation };
  },
});

/** Which model has answered, on standard error; a warning where a newer one could have. */
function sayWho(
  { reporter }: Pick<StepContext, 'reporter'>,
  model: AnsweredBy,
  sourceModel: boolean,
): void {
  const { run, runName, release, verdict, forced, together = [], newerVersion } = model;
  const version = `${release.name} version ${release.version}`;
  if (run === null) {
    const why = sourceModel ? '' : ': no adaptation of it is in use';
    reporter.note(`answered by the released model, ${version}${why}`);
    return;
  }
  const called = runName === undefined ? '' : ` (${runName})`;
  const others = together.length > 0 ? `, together with ${together.join(', ')}` : '';
  const verdictOf = `verdict ${verdict ?? 'unknown'}${forced ? ', used by --force' : ''}`;
  reporter.note(`answered by run ${run}${called}, adapted from ${version}, ${verdictOf}${others}`);
  if (newerVersion !== undefined)
    reporter.warn(
      `version ${newerVersion} of ${release.name} has been pulled, and this run is of version ${release.version}: adapt again, or predict with --source-model`,
    );
}
