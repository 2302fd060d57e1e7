import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readBytes } from '../../shared/files.js';
import {
  type AuditedLog,
  encodeLeaf,
  keptPath,
  expectedTile,
  journalFault,
  MAX_BUNDLE_BYTES,
} from '../../shared/log/index.js';
import { hashLeaf } from '../../shared/log/merkle.js';
import { sha256 } from '../../shared/release/index.js';
import { serverChainFaults } from '../certificate.js';
import { decodeUnary } from '../egress/messages.js';
import { files, foreignFolders } from '../folders.js';
import { statementFaults } from '../release/metadata.js';
import type { PublicStore } from '../release/store.js';
import { closedFaults } from './log-history.js';
import { claim, type Claim } from '../types.js';

/** A log's folder may be served by any web server: other files in it would be published too. */
export function auditLogFolder(dir: string, log: AuditedLog, store: PublicStore): Claim {
  const found = files(dir);
  const faultsOf = fileFaults(log, store);
  let bytes = 0;
  const findings = found.flatMap((path) => {
    const name = relative(dir, path);
    const look = (): string[] => {
      const content = readBytes(path, MOST_BYTES);
      bytes += content.length;
      return faultsOf(name, content);
    };
    return attempt(look, path).map((fault) => `${name}: ${fault}`);
  });
  const kept = ['certificates', 'closed', 'responses', 'journal', 'tile']
    .map((name) => join(dir, name))
    .filter((path) => existsSync(path));
  return claim('log/folder', 'The folder of the log holds the log and nothing else', {
    evidence: [
      `${found.length} files of ${bytes} bytes: tiles as the leaves give them, the journal, statements and certificates that were sent`,
    ],
    findings: [
      ...findings,
      ...foreignFolders(dir, [...found, ...kept.map((path) => join(path, '-'))]),
    ],
    notCovered: [
      'times and access rights of files, which a copy need not keep',
      'serial number, key and signature of a certificate, some 150 bytes each',
    ],
  });
}

/** @returns what is wrong with a file of the log's folder, given its path there and its bytes */
function fileFaults(
  log: AuditedLog,
  store: PublicStore,
): (path: string, content: Buffer) => string[] {
  const entries = log.leaves.map(encodeLeaf);
  const hashes = entries.map(hashLeaf);
  const sent = new Set(log.leaves.map(({ response }) => response));
  return (path, content) => {
    const [folder, name = ''] = path.split('/');
    switch (folder) {
      case 'checkpoint':
        return content.equals(Buffer.from(log.checkpoint.note)) && log.checkpoint.signatures === 1
          ? []
          : ['more than a checkpoint and the log’s own signature'];
      case 'tile': {
        const expected = expectedTile(path, entries, hashes);
        if (!expected) return ['no tile of this log, or of leaves that no checkpoint covers yet'];
        return content.equals(expected) ? [] : ['not what the leaves give'];
      }
      case 'journal':
        return journalFault(name, content, entries);
      case 'closed':
        return closedFaults(path, content, log, store.logKeys);
      case 'responses':
        if (sha256(content) !== name || path !== keptPath(name)) return ['not named by its digest'];
        if (!sent.has(name)) return ['a response that no leaf is of'];
        return statementFaults(
          decodeUnary('GetFreshness', content),
          store.staged ? [...store.roots, store.staged] : store.roots,
          store.releases,
        );
      case 'certificates':
        if (path !== join('certificates', `${sha256(content)}.pem`))
          return ['not named by its digest'];
        return serverChainFaults(content.toString(), store.roots);
      case '.lock':
        return content.length <= MOST_LOCK ? [] : ['longer than a lock'];
      default:
        return ['belongs to no log'];
    }
  };
}

/** A file that cannot be read is a fault like any other. */
function attempt(look: () => string[], path: string): string[] {
  try {
    return look();
  } catch (error) {
    return [(error as Error).message.replace(`${path}: `, '')];
  }
}

/** No file of a log is longer. */
const MOST_BYTES = MAX_BUNDLE_BYTES;
/** Number, start and place of a process. */
const MOST_LOCK = 256;
