import { z } from 'zod';
import { FedshotError } from '../errors.js';
import { verifyConsistency } from '../merkle.js';
import { openCheckpoint, type SignedCheckpoint } from './checkpoint.js';

/** Two checkpoints of one log that cannot both be true, both signed: what a provider has to explain. */
export interface Evidence {
  readonly why: string;
  readonly seen: string;
  readonly offered: string;
  /** Hashes (base64) that came as a proof that the one extends the other. */
  readonly proof: readonly string[];
}

export type Witnessed =
  | { readonly consistent: true; /** To be kept for the next time. */ readonly state: string }
  | { readonly consistent: false; readonly evidence: Evidence };

/** Asks the log for the hashes that prove one state to be the beginning of another. */
export type AskConsistency = (size1: number, size2: number) => Promise<readonly Uint8Array[]>;

const State = z.array(z.string()).max(64);

/** The notes that a client keeps, the last one of each log that it has seen. @throws FedshotError `format` */
export function witnessedNotes(state: string | undefined): string[] {
  if (state === undefined) return [];
  try {
    return State.parse(JSON.parse(state));
  } catch (cause) {
    throw new FedshotError('format', 'the checkpoints that were kept cannot be read', { cause });
  }
}

/**
 * What every client does before it takes anything: it holds the log to what it has said before. A
 * log may only grow; one key keeps one log; a log that began anew, went back, or shows another client
 * another tree is refused.
 *
 * @param state what the last call gave to be kept; undefined the first time
 * @param offered the signed note that the log shows now
 * @param keys the keys of the role `log` in the root that the client trusts, by key id
 * @throws FedshotError `format`, `signature` for a note that the log did not sign; what `ask` throws
 */
export async function witness(
  state: string | undefined,
  offered: string,
  keys: ReadonlyMap<string, Uint8Array>,
  ask: AskConsistency,
): Promise<Witnessed> {
  const notes = witnessedNotes(state);
  const now = openCheckpoint(offered, keys);
  const known = notes.find((note) => sameLog(note, now, keys));
  if (known === undefined) return { consistent: true, state: JSON.stringify([...notes, offered]) };
  const conflict = (why: string, proof: readonly Uint8Array[] = []): Witnessed => ({
    consistent: false,
    evidence: {
      why,
      seen: known,
      offered,
      proof: proof.map((hash) => Buffer.from(hash).toString('base64')),
    },
  });

  const [origin, size = ''] = known.split('\n');
  const seen = { size: Number(size), root: Buffer.from(known.split('\n')[2]!, 'base64') };
  if (now.origin !== origin) return conflict(`the key of ${origin!} signs another log`);
  if (now.size < seen.size)
    return conflict(`the log has ${now.size} leaves where it had ${seen.size}`);
  if (seen.size > 0) {
    const proof = now.size === seen.size ? [] : await ask(seen.size, now.size);
    if (!verifyConsistency(seen.size, now.size, proof, seen.root, now.root))
      return conflict('the log does not begin with what it showed before', proof);
  }
  return {
    consistent: true,
    state: JSON.stringify(notes.map((note) => (note === known ? offered : note))),
  };
}

/** Of one log are notes of one origin, and notes that one key has signed. */
function sameLog(
  note: string,
  now: SignedCheckpoint,
  keys: ReadonlyMap<string, Uint8Array>,
): boolean {
  if (note.startsWith(`${now.origin}\n`)) return true;
  const key = keys.get(now.keyid)!;
  try {
    openCheckpoint(note, new Map([[now.keyid, key]]));
    return true;
  } catch {
    return false;
  }
}
