import type { TrustReport } from '../../../client/trust/trust.js';
import { grouped } from '../../fingerprint.js';

export function describeTrust({ root, fingerprint, expires, releases }: TrustReport): string {
  return [
    `root ${root} is trusted, until ${expires}`,
    `fingerprint ${grouped(fingerprint)}`,
    ...releases.map(({ name, version }) => `${name}: nothing older than version ${version}`),
  ].join('\n');
}

const COMPARE = 'compare this fingerprint with the provider, over another channel';

/** What was pinned; whoever gave no fingerprint has to compare it. */
export const describePinned = (
  report: TrustReport,
  { fingerprint }: { fingerprint?: string },
): string => [describeTrust(report), ...(fingerprint ? [] : [COMPARE])].join('\n');
