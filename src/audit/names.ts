import type { ClaimId, AuditPart } from './types.js';

export const AUDIT_PARTS: readonly AuditPart[] = [
  'schema',
  'log',
  'egress',
  'release',
  'data',
  'site',
];

/** The claims that an audit may be asked to do without, beside whole parts. */
export const CLAIMS: readonly ClaimId[] = [
  'log/one',
  'egress/record',
  'egress/messages',
  'egress/wire',
  'egress/sites',
  'egress/strangers',
  'release/bits',
  'release/evidence',
  'site/evidence',
  'site/network',
  'site/files',
  'site/classifier',
  'site/log',
  'site/wire',
];
