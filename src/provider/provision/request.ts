import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FedshotError } from '../../shared/errors.js';
import { makeFolder, readBytes, sweepTemporary } from '../../shared/files.js';
import { commitFiles, finishCommit } from '../../shared/folders.js';
import { withLockSync } from '../../shared/lock.js';
import { createRequest, readRequest } from './certificates.js';
import { assertSiteName } from './registry.js';

/** What a site keeps and what it sends: its key never leaves it. */
export interface RequestFiles {
  site: string;
  request: string;
  key: string;
  /** SHA-256 of the public key, hex: what both sides compare by telephone. */
  fingerprint: string;
}

/** Run at a site that makes its own key. @throws FedshotError `usage` for files that exist */
export async function requestCertificate(site: string, out: string): Promise<RequestFiles> {
  assertSiteName(site);
  const [requestName, keyName] = [`${site}.csr`, 'site-key.pem'];
  const [request, key] = [join(out, requestName), join(out, keyName)];
  const made = await createRequest(site);
  makeFolder(out);
  withLockSync(join(out, '.lock'), () => {
    const finished = finishCommit(out); // of a run that was killed
    sweepTemporary(out);
    if (finished && existsSync(request) && existsSync(key)) return;
    for (const file of [request, key])
      if (existsSync(file))
        throw new FedshotError('usage', `${file} exists; nothing was changed`, {
          hint: 'send the request that is there, or make another in a folder of its own: --out DIR',
        });
    const files = new Map([
      [keyName, made.key],
      [requestName, made.request],
    ]);
    commitFiles(out, files, { file: 0o600 });
  });
  const { fingerprint } = await readRequest(readBytes(request).toString(), request);
  return { site, request, key, fingerprint };
}
