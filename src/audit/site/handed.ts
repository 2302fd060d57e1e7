import { existsSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { FedshotError } from '../../shared/errors.js';
import {
  EVIDENCE_FILE,
  findPrivate,
  handedFaults,
  MAX_EVIDENCE_BYTES,
  openEvidence,
  type EvidenceIndex,
  type OpenedEvidence,
} from '../../shared/evidence/index.js';
import { readBytes } from '../../shared/files.js';
import { keyId } from '../../shared/release/index.js';
import type { Artefact } from '../artefacts/load.js';
import { claim, type Claim, type ClaimId } from '../types.js';

/** A folder that was handed over, compared with its index; signatures are not checked yet. */
export interface Handed {
  /** What stands in the index; undefined where there is none, or it cannot be read. */
  readonly opened: OpenedEvidence | undefined;
  /** What is wrong with the index, or between it and the folder. */
  readonly faults: readonly string[];
}

const SITE_HOW = 'fedshot client evidence FOLDER --home HOME';

/**
 * Refuses a folder of a site that holds private keys or samples.
 *
 * @throws FedshotError `usage`, naming the file; nothing else of the folder is read
 */
export function refusePrivate(artefacts: readonly Artefact[]): void {
  for (const { flag, path, name } of artefacts) {
    if (flag !== 'site' || !isFolder(path)) continue;
    const found = findPrivate(path);
    if (found)
      throw new FedshotError('usage', `${name}: this folder holds ${found.holds} (${found.path})`, {
        hint: `nothing more of it was read; delete it, and ask the site for what ${SITE_HOW} writes`,
      });
  }
}

const isFolder = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** Reads the index of a folder and compares; what is wrong is a fault and does not throw. */
export function openHanded(dir: string, of: EvidenceIndex['of']): Handed {
  const file = join(dir, EVIDENCE_FILE);
  if (!existsSync(file)) return { opened: undefined, faults: [] };
  try {
    const opened = openEvidence(readBytes(file, MAX_EVIDENCE_BYTES), EVIDENCE_FILE);
    const others = opened.index.of === of ? [] : [`${EVIDENCE_FILE} is of a ${opened.index.of}`];
    return { opened, faults: [...others, ...handedFaults(dir, opened.index.files)] };
  } catch (error) {
    const why = (error as Error).message.replaceAll(file, EVIDENCE_FILE);
    return { opened: undefined, faults: [why] };
  }
}

const listed = (index: EvidenceIndex): string =>
  `${index.files.length} files as the index lists them, ${index.stays.length} that stay; made ${index.made} by ${index.software}`;

const strangers = (index: EvidenceIndex | undefined): string[] =>
  (index?.unknown ?? []).map(
    ({ path, size }) => `${path}: ${size} bytes in the home that fedshot has not put there`,
  );

const goneRuns = (index: EvidenceIndex | undefined): string[] =>
  (index?.gone ?? []).map(
    (run) => `run ${run} was in use once and is not there any more: ask the site for it`,
  );

/**
 * Whether what a site handed over is as its key has signed it. Without a pinned key only its consistency
 * can be checked: an attacker who changes it can sign it again with a key of his own.
 *
 * @param pinned ids of the keys of sites that the auditor trusts, or the keys themselves
 */
export function siteEvidenceClaim(
  site: string,
  { opened, faults }: Handed,
  pinned: readonly string[],
): Claim {
  const known = new Set(pinned.flatMap((key) => [key, keyId(Buffer.from(key, 'hex'))]));
  const signers = opened?.signers ?? [];
  const isSigned = signers.length > 0;
  const others = pinned.length === 0 ? [] : signers.filter((id) => !known.has(id));
  const sentence =
    pinned.length === 0
      ? `${site}: what it handed over is consistent with itself; whose it is, is not known`
      : `${site}: what it handed over is as its pinned key has signed it`;
  const nobody = `${EVIDENCE_FILE}: not signed, so that any file may have been changed, added or removed`;
  const unsigned = isSigned || faults.length > 0 ? [] : [`${site}: ${nobody}`];
  return claim('site/evidence', sentence, {
    evidence: [
      ...(opened ? [listed(opened.index)] : []),
      ...signers.map((id) => `signed by the site’s key ${id}`),
    ],
    findings: [
      ...others.map(
        (id) => `${EVIDENCE_FILE} is signed by the key ${id}, which is not a pinned one`,
      ),
      ...(pinned.length > 0 ? unsigned : []),
      ...faults,
      ...strangers(opened?.index),
    ],
    missing: [
      ...(pinned.length > 0 ? [] : unsigned.map((line) => `${line}: make it with ${SITE_HOW}`)),
      ...goneRuns(opened?.index),
    ],
    notCovered: [
      ...(pinned.length > 0 || !isSigned
        ? []
        : [
            'whoever changes it can sign it with another key: get the key id from the site, and pin it with --site-key',
          ]),
      'what a site signs is its own word: what was changed before it was signed, and made to fit',
      'weights that stay at the site, beside their digests; an adaptation of version 0.1 names none, and has those of when this was made',
    ],
  });
}

/**
 * Whether what a provider handed over is as its log key has signed it.
 * @param logKeys of the roots that lead from the pinned one
 */
export function providerEvidenceClaim(
  dir: string,
  logKeys: ReadonlyMap<string, Uint8Array>,
): Claim {
  const { opened, faults } = openHanded(dir, 'provider');
  const signers = opened?.signers ?? [];
  const id: ClaimId = 'release/evidence';
  return claim(id, 'What the provider handed over is as its log key has signed it', {
    evidence: [
      ...(opened ? [listed(opened.index)] : []),
      ...signers.map((signer) => `signed by the log key ${signer}`),
    ],
    findings: [
      ...signers
        .filter((signer) => !logKeys.has(signer))
        .map((signer) => `${EVIDENCE_FILE} is signed by the key ${signer}, which is no log key`),
      ...faults,
    ],
    missing:
      signers.length > 0 || faults.length > 0
        ? []
        : [
            `${EVIDENCE_FILE}: not signed: make it with fedshot provider evidence FOLDER --store STORE, where the log key is`,
          ],
    notCovered: ['what a provider signs is its own word; store and log are signed by themselves'],
  });
}
