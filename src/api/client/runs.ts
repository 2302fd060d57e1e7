import { z } from 'zod';
import type { RunSummary } from '../../client/runs/list.js';
import { path, text } from '../../shared/option.js';
import { defineOperation } from '../operation.js';

export const runsOptions = z.strictObject({
  home: path('<dir>').describe('folder of this site'),
  name: text('<release>').optional().describe('of this release alone'),
});
export type RunsInput = z.input<typeof runsOptions>;

/** Lists the adaptations of a site, and which is in use. */
export default defineOperation({
  name: 'client runs',
  module: import.meta.url,
  options: runsOptions,
  async run({ home, name }): Promise<{ runs: RunSummary[] }> {
    const { listRuns } = await import('../../client/runs/list.js');
    const { assertHome } = await import('../../client/runs/manage.js');
    assertHome(home);
    return { runs: await listRuns(home, name) };
  },
});
