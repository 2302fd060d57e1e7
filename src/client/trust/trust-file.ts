import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { FedshotError } from '../../shared/errors.js';
import { readBytes, sweepTemporary, writeFileAtomic } from '../../shared/files.js';
import { parsePayload, ReleaseName, Sha256 } from '../../shared/release/fields.js';
import { withLockSync } from '../../shared/lock.js';
import { mergeTrust, openRoot, type TrustState } from '../../shared/release/index.js';

const Seen = z.record(Sha256, z.strictObject({ version: z.number(), digest: Sha256 }));
const StateFile = z.strictObject({
  format: z.literal('fedshot-trust-state/1'),
  pinned: Sha256,
  root: z.base64(),
  freshness: Seen,
  releases: z.record(ReleaseName, Seen),
  checkpoint: z.string().optional(),
});

/** One file holds all that a site remembers of its provider, so that it is old or new, never half. */
export const trustFile = (home: string): string => join(home, 'trust', 'state.json');

/**
 * What a site trusts and has seen.
 *
 * @throws FedshotError `trust` before anything was pinned, `format` when the file was damaged
 */
export function readTrust(home: string): TrustState {
  const file = trustFile(home);
  let bytes: Buffer;
  try {
    bytes = readBytes(file);
  } catch (error) {
    // What may not be read is there all the same: pinning again is not what helps.
    if (!(error instanceof FedshotError) || error.code !== 'not-found') throw error;
    throw new FedshotError('trust', `${home} has no provider pinned`, {
      hint: `get the provider's trust.json, then: fedshot client init --trust trust.json --home ${home}`,
    });
  }
  const { pinned, root, freshness, releases, checkpoint } = parsePayload(StateFile, bytes, file);
  return {
    pinned,
    freshness,
    releases,
    checkpoint,
    root: openRoot(Buffer.from(root, 'base64'), file),
  };
}

/** Runs what reads and then writes a site's trust while no other process does. @throws FedshotError `io` */
export const withTrustLock = <T>(home: string, work: () => T): T =>
  withLockSync(join(home, 'trust', 'lock'), work);

/**
 * Keeps what a site trusts, in one step. What another process has learnt of the same provider in the
 * meantime is kept as well: nothing that was seen is forgotten.
 *
 * @throws FedshotError `io`; `trust` when another provider was pinned in the meantime
 */
export function writeTrust(home: string, state: TrustState): void {
  withTrustLock(home, () => {
    replaceTrust(home, existsSync(trustFile(home)) ? mergeTrust(readTrust(home), state) : state);
  });
}

/**
 * Moves the log's checkpoints on from those that they were checked against.
 *
 * @returns false, and nothing is written, when another process has moved them on in the meantime
 * @throws FedshotError `io`
 */
export function writeCheckpoint(
  home: string,
  checked: TrustState['checkpoint'],
  checkpoint: string,
): boolean {
  return withTrustLock(home, () => {
    const state = readTrust(home);
    if (state.checkpoint !== checked) return false;
    replaceTrust(home, { ...state, checkpoint });
    return true;
  });
}

/** Keeps this and nothing else; to be called by who holds the lock. */
export function replaceTrust(home: string, state: TrustState): void {
  const { pinned, root, freshness, releases, checkpoint } = state;
  const content: z.infer<typeof StateFile> = {
    format: 'fedshot-trust-state/1',
    pinned,
    freshness,
    releases,
    checkpoint,
    root: Buffer.from(root.envelope).toString('base64'),
  };
  sweepTemporary(dirname(trustFile(home)));
  writeFileAtomic(trustFile(home), `${JSON.stringify(content, null, 2)}\n`, 0o600);
}
