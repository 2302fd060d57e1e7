import { z } from 'zod';
import type { NowInUse } from '../../client/runs/manage.js';
import { path, text } from '../../shared/option.js';
import { defineOperation } from '../operation.js';

export const rollbackOptions = z.strictObject({
  home: path('<dir>').describe('folder of this site'),
  name: text('<release>').describe('the release whose adaptation is taken back'),
});
export type RollbackInput = z.input<typeof rollbackOptions>;

/** Goes back to the run that was accepted and in use before. */
export default defineOperation({
  name: 'client rollback',
  module: import.meta.url,
  options: rollbackOptions,
  async run({ home, name }, { reporter }): Promise<NowInUse> {
    const { rollBack } = await import('../../client/runs/manage.js');
    return rollBack(home, name, reporter);
  },
});
