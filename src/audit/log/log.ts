import {
  openCheckpoint,
  parseCheckpoint,
  type AuditedLog,
  type Checkpoint,
} from '../../shared/log/index.js';
import { verifyConsistency } from '../../shared/log/merkle.js';
import type { LogRecovery } from '../../shared/release/index.js';
import { explanation, recoveryFaults } from './log-history.js';
import { claim, type Claim } from '../types.js';

/** A checkpoint that somebody else has kept. */
export interface WitnessedCheckpoint {
  /** Who kept it, e.g. a site's folder. */
  readonly name: string;
  readonly note: string;
  /** How many recoveries the root had then: those cannot explain a later loss. */
  readonly recoveries?: number;
}

/**
 * The log is whole, signed, and the same that everybody was shown.
 *
 * @param witnesses checkpoints that sites keep
 * @param auditors those that the auditor has kept himself: they have to agree, and are no site's
 */
export function auditLog(
  log: AuditedLog,
  witnesses: readonly WitnessedCheckpoint[],
  recoveries: readonly LogRecovery[] = [],
  auditors: readonly WitnessedCheckpoint[] = [],
): Claim[] {
  const { checkpoint, leaves } = log;
  const lost: string[] = [];
  const disagreeing = [...witnesses, ...auditors].flatMap(({ name, note, recoveries: known }) => {
    const fault = compare(log, note);
    if (fault === undefined) return [];
    const why = lostLeaves(name, note, recoveries.slice(known));
    if (why === undefined) return [`${name}: ${fault}`];
    lost.push(why);
    return [];
  });
  return [
    claim(
      'log/whole',
      'The log is whole: no leaf is missing, none was changed, its root is signed',
      {
        evidence: [
          `${checkpoint.origin}: ${checkpoint.size} leaves, root ${checkpoint.root.toString('hex')}`,
          `signed by the log key ${checkpoint.keyid.slice(0, 16)}…; ${leaves.length} leaves read and hashed again`,
        ],
        findings: [...log.findings, ...recoveryFaults(log, recoveries)],
        missing: checkpoint.size === 0 ? ['0 leaves: nothing was sent yet'] : [],
        notCovered: ['messages that were sent without being logged: egress looks for those'],
      },
    ),
    claim('log/one', 'Nobody was shown another log', {
      evidence: [
        ...witnesses.map(({ name, note }) => `${name} has seen ${sizeOf(note)} leaves`),
        ...lost,
      ],
      findings: disagreeing,
      missing:
        witnesses.length === 0
          ? ['0 checkpoints of sites: give --site, of a site that has pulled, or more of them']
          : [],
      notCovered: [
        'sites whose checkpoints were not given',
        ...(lost.length > 0 ? ['leaves that were lost before the log was restored'] : []),
      ],
    }),
  ];
}

const sizeOf = (note: string): string => {
  try {
    return String(parseCheckpoint(note).size);
  } catch {
    return 'unreadable';
  }
};

/** What is wrong between the log and a checkpoint of it; undefined for nothing. */
function compare(log: AuditedLog, note: string): string | undefined {
  try {
    return disagreement(log, openCheckpoint(note, log.keys));
  } catch (error) {
    return `keeps a checkpoint that proves nothing: ${(error as Error).message}`;
  }
}

function disagreement({ checkpoint, tree }: AuditedLog, seen: Checkpoint): string | undefined {
  if (seen.origin !== checkpoint.origin) return `has seen another log: ${seen.origin}`;
  if (seen.size > checkpoint.size)
    return `has seen ${seen.size} leaves, and the log has ${checkpoint.size}`;
  if (seen.size === 0 || tree.size < checkpoint.size) return undefined;
  const proof = seen.size < checkpoint.size ? tree.consistency(seen.size, checkpoint.size) : [];
  return verifyConsistency(seen.size, checkpoint.size, proof, seen.root, checkpoint.root)
    ? undefined
    : `was shown another log of ${seen.size} leaves`;
}

/** What a site has seen is lost, and the root says so; undefined where no statement explains it. */
function lostLeaves(
  name: string,
  note: string,
  recoveries: readonly LogRecovery[],
): string | undefined {
  let seen: Checkpoint;
  try {
    seen = parseCheckpoint(note);
  } catch {
    return undefined;
  }
  const said = explanation(recoveries, seen);
  if (!said) return undefined;
  return `${name} has seen ${seen.size} leaves, of which those from ${said.size} on are lost: the root says so since ${said.created}`;
}
