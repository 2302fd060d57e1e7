import { z } from 'zod';
import type { Diagnosis } from '../../client/diagnostics/site.js';
import type { IsolationRecord } from '../../shared/isolate/index.js';
import { engineOptions } from '../engine-options.js';
import { defineOperation } from '../operation.js';
import { dataOf, dataOptions } from './data-options.js';
import { dataRights } from './home-rights.js';
import { warnOfTrust } from './trust-warnings.js';

export const diagnoseOptions = z.strictObject({ ...dataOptions, ...engineOptions });
export type DiagnoseInput = z.input<typeof diagnoseOptions>;
export type DiagnoseOutcome = Diagnosis & { isolation?: IsolationRecord };

/** Says, without labels, whether data can be adapted to. */
export default defineOperation({
  name: 'client diagnose',
  module: import.meta.url,
  options: diagnoseOptions,
  rights: ({ home }) => dataRights(home),
  async run(
    { home, name, engine, device, threads, ...options },
    context,
  ): Promise<DiagnoseOutcome> {
    const { reporter, isolation } = context;
    await warnOfTrust(home, context);
    const { diagnoseRelease } = await import('../../client/index.js');
    const value = await diagnoseRelease(home, name, {
      ...options,
      data: dataOf(options.data),
      engine: { engine, device, threads, reporter },
      reporter,
    });
    return { ...value, isolation };
  },
});
