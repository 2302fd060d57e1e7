import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { FedshotError } from '../../shared/errors.js';
import { writeFileAtomic } from '../../shared/files.js';
import { witness, witnessedNotes, type Evidence } from '../../shared/log/index.js';
import type { Source } from '../transfer/index.js';
import { readTrust, writeCheckpoint } from '../trust.js';

/** Where conflicting checkpoints are kept: what nobody can deny to have signed. */
export const evidenceDir = (home: string): string => join(home, 'evidence');

/**
 * Holds a source to the transparency log that it showed before, and remembers what it shows now.
 * Folders and web servers have no log of their own: nobody answers there.
 *
 * @throws FedshotError `log` when the log does not extend the one that was seen, or is no longer
 *   shown; `network` when it cannot be asked
 */
export async function witnessSource(home: string, source: Source): Promise<void> {
  if (!source.log) return;
  const state = readTrust(home);
  const { keys, roles } = state.root;
  const logKeys = new Map(roles.log.keyids.map((id) => [id, keys.get(id)!]));
  const note = await source.log.checkpoint();
  if (note === undefined) {
    if (witnessedNotes(state.checkpoint).length === 0) return;
    throw new FedshotError('log', `${source.name}: shows no transparency log, and one was seen`, {
      hint: 'ask the provider why this server does not log; nothing was pulled from it',
    });
  }
  const result = await witness(state.checkpoint, note, logKeys, source.log.consistency);
  if (!result.consistent) throw conflict(home, source.name, result.evidence);
  if (result.state === state.checkpoint) return;
  // Another pull has moved on meanwhile: what this one was shown has to go with that as well.
  if (!writeCheckpoint(home, state.checkpoint, result.state)) await witnessSource(home, source);
}

function conflict(home: string, from: string, evidence: Evidence): FedshotError {
  const text = `${JSON.stringify({ from, ...evidence }, null, 2)}\n`;
  const name = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const file = join(evidenceDir(home), `log-${name}.json`);
  writeFileAtomic(file, text);
  return new FedshotError('log', `${from}: ${evidence.why}`, {
    hint: `nothing was pulled; both signed checkpoints are kept in ${file}: show them to the provider and to other sites`,
  });
}
