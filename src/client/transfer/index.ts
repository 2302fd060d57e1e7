import { FedshotError } from '../../shared/errors.js';
import { parseAddress } from '../../shared/rpc/index.js';
import { folderSource } from './folder.js';
import { grpcSource } from './grpc.js';
import { httpsSource } from './https.js';
import { kindOf } from './kind.js';
import type { Source, SourceOptions } from './source.js';

export { readAuthorityFile } from './authority-file.js';
export { installIdentity, readIdentity, type SiteIdentity } from './identity.js';
export { rootSource } from './roots.js';
export type { Source, SourceOptions } from './source.js';

/** Whether `--from` names a server (HOST:PORT). */
export const isServer = (from: string): boolean => kindOf(from) === 'grpc';

/**
 * Opens what `--from` names: `HOST:PORT` (gRPC over TLS), `https://…` (a static export) or a folder.
 *
 * @throws FedshotError `usage`, `trust` for plain http, `not-found` for a folder that is no store
 */
export function openSource(from: string, options: SourceOptions): Source {
  const kind = kindOf(from);
  if (kind === 'https') return httpsSource(from, options);
  if (kind === 'folder') return folderSource(from);
  parseAddress(from);
  return grpcSource(from, options);
}

/** @throws FedshotError `usage` when there is none */
export function openSources(from: readonly string[], options: SourceOptions): Source[] {
  if (from.length === 0)
    throw new FedshotError('usage', 'no source to pull from', { hint: 'give --from HOST:PORT' });
  return from.map((name) => openSource(name, options));
}
