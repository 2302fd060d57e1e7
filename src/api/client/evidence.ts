import { z } from 'zod';
import type { SiteEvidence } from '../../client/evidence/index.js';
import { path, text } from '../../shared/option.js';
import { version } from '../../shared/version.js';
import { defineOperation } from '../operation.js';

export const siteEvidenceOptions = z.strictObject({
  folder: path('<folder>').describe('what the auditor is given; not there yet'),
  home: path('<dir>').describe('folder of this site'),
  name: text('<release>').optional().describe('of this release alone'),
  key: path('<file>')
    .optional()
    .describe(
      'the key that signs; made if it is not there (default: HOME/identity/evidence-key.json)',
    ),
});
export type SiteEvidenceInput = z.input<typeof siteEvidenceOptions>;

/** Writes what an auditor needs of a site, signed, and nothing that is private. */
export default defineOperation({
  name: 'client evidence',
  module: import.meta.url,
  options: siteEvidenceOptions,
  async run({ folder, ...options }, context): Promise<SiteEvidence> {
    const { siteEvidence } = await import('../../client/evidence/index.js');
    const software = `fedshot ${version()}`;
    const value = await siteEvidence({ ...options, out: folder, software, now: context.now() });
    for (const name of value.unknown)
      context.reporter.warn(
        `${name}: fedshot has not put it into ${options.home}; it was not handed over, the index names it, and the audit will ask`,
        'not-handed-over',
        { file: name },
      );
    return value;
  },
});
