import { z } from 'zod';
import type { Exported } from '../../provider/export/index.js';
import { path } from '../../shared/option.js';
import { defineOperation } from '../operation.js';
import { storeFolder } from '../store.js';

export const exportOptions = z.strictObject({
  dir: path('<dir>').describe('folder that a web server will serve'),
  store: storeFolder,
});
export type ExportInput = z.input<typeof exportOptions>;

/** Copies what is on offer into a folder that any web server can serve. */
export default defineOperation({
  name: 'provider export',
  module: import.meta.url,
  options: exportOptions,
  async run({ store, dir }, context): Promise<Exported> {
    const { exportStore } = await import('../../provider/export/index.js');
    return exportStore({ store, out: dir, now: context.now() });
  },
});
