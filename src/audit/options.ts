import type { DataSource } from '../shared/data/index.js';
import type { Since } from './log/since.js';
import type { AuditPart } from './types.js';

/** The artefacts; what is not given cannot be checked, which leaves the audit incomplete. */
export interface AuditOptions {
  /** By default all of them. */
  readonly parts?: readonly AuditPart[];
  /** Parts, or claims by their ids, that the auditor does not ask for. */
  readonly without?: readonly string[];
  readonly store?: string;
  /** The root that the auditor trusts, got from elsewhere than the store. */
  readonly trust?: string;
  readonly log?: string;
  /** A folder with `store` and `log`, as the provider hands it over; what is named by itself goes first. */
  readonly provider?: string;
  /** Record files, or folders of them. */
  readonly record?: readonly string[];
  readonly site?: readonly string[];
  /** Key ids of sites that the auditor trusts. */
  readonly siteKey?: readonly string[];
  readonly siteCertificates?: string;
  /** The provider's source data; on its own premises only. */
  readonly data?: DataSource;
  /** Key id of the recorder that the auditor trusts. */
  readonly recorderKey?: string;
  /** From when on there was a recorder; earlier leaves need no connection. */
  readonly since?: Since;
  /** Who audits, and with what: for the page. */
  readonly auditor?: string;
  readonly software?: string;
  readonly now?: () => Date;
}
