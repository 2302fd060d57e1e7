import { z } from 'zod';
import type { PullResult } from '../../client/pull/index.js';
import type { IsolationRecord } from '../../shared/isolate/index.js';
import { flag, path, several, text } from '../../shared/option.js';
import { defineOperation } from '../operation.js';
import { mirrorOptions, sourceRights, webAuthorities } from './mirrors.js';

export const pullOptions = z.strictObject({
  from: several(text('<source>'))
    .min(1)
    .describe('HOST:PORT, https://… or a folder; several are used together'),
  name: text('<name>').describe('name of the release'),
  home: path('<dir>').describe('folder of this site'),
  insecurePlaintext: flag()
    .default(false)
    .describe('speak to HOST:PORT without TLS: anybody on the way can listen'),
  ...mirrorOptions,
});
export type PullInput = z.input<typeof pullOptions>;
export type PullOutcome = PullResult & { isolation?: IsolationRecord };

/** Pulls the newest version of a release and verifies every byte of it. */
export default defineOperation({
  name: 'client pull',
  module: import.meta.url,
  options: pullOptions,
  rights: sourceRights,
  async run(options, context): Promise<PullOutcome> {
    const { reporter, signal, isolation } = context;
    const { pull } = await import('../../client/pull/index.js');
    if (options.insecurePlaintext)
      reporter.warn(
        '--insecure-plaintext: anybody on the way sees what is pulled, and by whom',
        'plaintext',
      );
    const webCa = await webAuthorities(options, context);
    const value = await pull({ ...options, webCa, reporter, signal, now: () => context.now() });
    return { ...value, isolation };
  },
});
