import { z } from 'zod';
import type { EngineListing, MissingEngine } from '../../shared/engine/index.js';
import { engineOptions } from '../engine-options.js';
import { defineOperation } from '../operation.js';

export interface EngineSurvey {
  engines: EngineListing[];
  missing: MissingEngine[];
}

/** What can compute here, what is chosen, and why. */
export default defineOperation({
  name: 'engine list',
  module: import.meta.url,
  options: z.strictObject(engineOptions),
  async run(options, { reporter }): Promise<EngineSurvey> {
    const { surveyEngines } = await import('../../shared/engine/index.js');
    const { engines, missing } = surveyEngines({ ...options, reporter });
    return { engines, missing };
  },
});
