import type { TrustReport } from '../../../client/trust/trust.js';
import { grouped } from '../../fingerprint.js';

export function describeTrust({ root, fingerprint, expires, releases }: TrustReport): string {
  return [
    `root ${root} is trusted, until ${expires}`,
    `fingerprint ${grouped(fingerprint)}`,
    ...releases.map(({ name, version }) => `${name}: nothing older than version ${version}`),
  ].join('\n');
}
