import { z } from 'zod';
import type { RequestFiles } from '../../provider/provision/index.js';
import { path, text } from '../../shared/option.js';
import { defineOperation } from '../operation.js';

export const requestSiteOptions = z.strictObject({
  name: text('<name>').describe('name of the site'),
  out: path('<dir>').describe('folder for key and request'),
});
export type RequestSiteInput = z.input<typeof requestSiteOptions>;

/** At a site: makes a key that stays here, and a request to send. */
export default defineOperation({
  name: 'provision request',
  module: import.meta.url,
  options: requestSiteOptions,
  async run({ name, out }): Promise<RequestFiles> {
    const { requestCertificate } = await import('../../provider/provision/index.js');
    return requestCertificate(name, out);
  },
});
