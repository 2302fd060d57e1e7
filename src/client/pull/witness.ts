import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FedshotError } from '../../shared/errors.js';
import { writeFileAtomic } from '../../shared/files.js';
import { logTrust } from '../../shared/release/index.js';
import {
  witness,
  type CheckpointConflict,
  type Lost,
  type Witnessed,
  witnessedNotes,
} from '../../shared/log/index.js';
import type { Source } from '../transfer/index.js';
import { readTrust, updateTrust, writeCheckpoint } from '../trust/trust.js';

/**
 * Where conflicting checkpoints are kept: what nobody can deny to have signed. `log-….json` are those
 * that nothing explains, `recovery-….json` those for which the provider's root says that leaves are lost.
 */
export const evidenceDir = (home: string): string => join(home, 'evidence');

/**
 * Holds a source to the transparency log that it showed before, and remembers what it shows now.
 * Folders and web servers have no log of their own: nobody answers there.
 *
 * @throws FedshotError `log` when the log does not extend the one that was seen, or is no longer
 *   shown; `network` when it cannot be asked
 */
export async function witnessSource(home: string, source: Source, now: Date): Promise<void> {
  if (!source.log) return;
  const state = readTrust(home);
  const note = await source.log.checkpoint();
  if (note === undefined) {
    if (witnessedNotes(state.checkpoint).length === 0) return;
    throw new FedshotError('log', `${source.name}: shows no transparency log, and one was seen`, {
      hint: 'ask the provider why this server does not log; nothing was pulled from it',
    });
  }
  const judge = (root: typeof state.root): Promise<Witnessed> =>
    witness(state.checkpoint, note, logTrust(root), source.log!.consistency);
  const result = await judge(state.root).catch(async (error: unknown) => {
    if (!(error instanceof FedshotError) || error.code !== 'signature') throw error;
    // The keys may have changed since the root was read.
    return judge((await updateTrust(source, home, now)).root);
  });
  if (!result.consistent) throw conflict(home, source.name, result.evidence);
  if (result.state === state.checkpoint) return;
  // First what a person has to see, so that a crash does not lose it.
  if (result.lost) keepLost(home, source.name, result.lost, readTrust(home).root.envelope);
  // Another pull has moved on meanwhile: what this one was shown has to go with that as well.
  if (!writeCheckpoint(home, state.checkpoint, result.state))
    await witnessSource(home, source, now);
}

/** One file for each state that was seen and is contradicted: the first contradiction is proof enough. */
function keep(
  home: string,
  kind: 'log' | 'recovery',
  content: { from: string; seen: string; [more: string]: unknown },
): string {
  const { from, seen } = content;
  const name = createHash('sha256').update(`${from}\n${seen}`).digest('hex').slice(0, 16);
  const file = join(evidenceDir(home), `${kind}-${name}.json`);
  if (!existsSync(file)) writeFileAtomic(file, `${JSON.stringify(content, null, 2)}\n`);
  return file;
}

/** What this site saw, what it is shown now, and the root whose keys have signed that leaves are lost. */
function keepLost(home: string, from: string, lost: Lost, root: Uint8Array): void {
  keep(home, 'recovery', { from, ...lost, root: Buffer.from(root).toString('base64') });
}

function conflict(home: string, from: string, evidence: CheckpointConflict): FedshotError {
  const file = keep(home, 'log', { from, ...evidence });
  return new FedshotError('log', `${from}: ${evidence.why}`, {
    hint: `nothing was pulled; both signed checkpoints are kept in ${file}: show them to the provider and to other sites`,
  });
}
