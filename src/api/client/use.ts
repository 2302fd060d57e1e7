import { z } from 'zod';
import type { NowInUse } from '../../client/runs/manage.js';
import { flag, path, text } from '../../shared/option.js';
import { defineOperation } from '../operation.js';

export const useRunOptions = z.strictObject({
  run: text('<run>').describe('its id, the beginning of it, or its name'),
  home: path('<dir>').describe('folder of this site'),
  name: text('<release>').optional().describe('refuse a run of any other release'),
  force: flag().default(false).describe('also where the battery had not accepted it'),
});
export type UseRunInput = z.input<typeof useRunOptions>;

/** Puts a run into use. */
export default defineOperation({
  name: 'client use',
  module: import.meta.url,
  options: useRunOptions,
  async run({ run, home, name, force }, context): Promise<NowInUse> {
    const { putIntoUse } = await import('../../client/runs/manage.js');
    const { reporter } = context;
    return putIntoUse(home, run, { name, force, now: context.now(), reporter });
  },
});
