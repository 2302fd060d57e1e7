import { z } from 'zod';
import { FedshotError } from '../errors.js';
import { verifyConsistency } from './merkle.js';
import type { LogRecovery } from '../release/index.js';
import {
  type Checkpoint,
  checkpointSigners,
  openCheckpoint,
  originOf,
  parseCheckpoint,
  type SignedCheckpoint,
} from './checkpoint.js';

/** Two checkpoints of one log that cannot both be true, both signed: what a provider has to explain. */
export interface CheckpointConflict {
  readonly why: string;
  readonly seen: string;
  /** How many recoveries the root had when that was seen. */
  readonly recoveries: number;
  readonly offered: string;
  /** Hashes (base64) that came as a proof that the one extends the other. */
  readonly proof: readonly string[];
}

export type Witnessed =
  | {
      readonly consistent: true;
      /** The client's state, to be kept for the next call. */
      readonly state: string;
      /** Leaves that this client has seen are lost, and the provider's root says so. */
      readonly lost?: Lost;
    }
  | { readonly consistent: false; readonly evidence: CheckpointConflict };

/** What a client has seen of a log, and what the log shows since it went on from an earlier state. */
export interface Lost {
  readonly seen: string;
  readonly offered: string;
  /** The statements of the root that this client had not used before. */
  readonly recoveries: readonly LogRecovery[];
}

/** Asks the log for the hashes that prove one state to be the beginning of another. */
export type AskConsistency = (size1: number, size2: number) => Promise<readonly Uint8Array[]>;

/** What the root that a client trusts says of logs. */
export interface LogTrust {
  /** Keys of the role `log`, by key id. */
  readonly keys: ReadonlyMap<string, Uint8Array>;
  readonly recoveries?: readonly LogRecovery[];
}

const Note = z.strictObject({
  note: z.string(),
  /** How many recoveries the root had: none of them explains what comes after this note. */
  recoveries: z.number().int().nonnegative(),
  /** The keys that the role `log` had. */
  keys: z.array(z.string()).max(16),
});
type Note = z.infer<typeof Note>;
/** Version 0.1 kept the notes alone. */
const State = z.array(z.union([z.string(), Note])).max(64);

function readState(state: string | undefined): Note[] {
  if (state === undefined) return [];
  try {
    return State.parse(JSON.parse(state)).map((entry) =>
      typeof entry === 'string' ? { note: entry, recoveries: 0, keys: [] } : entry,
    );
  } catch (cause) {
    throw new FedshotError('format', 'the checkpoints that were kept cannot be read', { cause });
  }
}

/**
 * The notes that a client keeps, and how many recoveries the root had with each: these explain nothing
 * that came after it.
 *
 * @throws FedshotError `format`
 */
export const witnessedStates = (
  state: string | undefined,
): { note: string; recoveries: number }[] =>
  readState(state).map(({ note, recoveries }) => ({ note, recoveries }));

/** The notes that a client keeps, the last one of each log that it has seen. @throws FedshotError `format` */
export const witnessedNotes = (state: string | undefined): string[] =>
  readState(state).map(({ note }) => note);

/**
 * What every client does before it accepts anything: it compares the log with what the log has shown
 * before. A log may only grow; one key keeps one log; a new key continues the log of the old one. A log
 * that began anew, lost leaves, or shows another client another tree is refused, unless the root says
 * that this log was restored from an earlier state. Each such statement explains one break.
 *
 * @param state what the last call gave to be kept; undefined the first time
 * @param offered the signed note that the log shows now
 * @param trust what the root that the client trusts says
 * @throws FedshotError `format`, `signature` for a note that the log did not sign; what `ask` throws
 */
export async function witness(
  state: string | undefined,
  offered: string,
  trust: LogTrust,
  ask: AskConsistency,
): Promise<Witnessed> {
  const notes = readState(state);
  const now = openCheckpoint(offered, trust.keys);
  const all = trust.recoveries ?? [];
  const kept: Note = { note: offered, recoveries: all.length, keys: [...trust.keys.keys()] };
  const accept = (others: readonly Note[], lost?: Lost): Witnessed => ({
    consistent: true,
    state: JSON.stringify([...others, kept]),
    lost,
  });
  const known =
    notes.find(({ note }) => sameLog(note, now, trust.keys)) ??
    notes.find((one) => isOrphan(one, now, trust.keys));
  if (known === undefined) return accept(notes);

  const others = notes.filter((one) => one !== known);
  const seen = parseCheckpoint(known.note);
  const conflict = await conflictOf(seen, now, ask);
  if (!conflict) return accept(others);
  const unused = all.slice(known.recoveries).filter(({ origin }) => origin === seen.origin);
  if (await explains(unused, seen, now, ask))
    return accept(others, { seen: known.note, offered, recoveries: unused });
  const proof = conflict.proof.map((hash) => Buffer.from(hash).toString('base64'));
  return {
    consistent: false,
    evidence: {
      why: conflict.why,
      seen: known.note,
      recoveries: known.recoveries,
      offered,
      proof,
    },
  };
}

interface Conflict {
  readonly why: string;
  readonly proof: readonly Uint8Array[];
}

async function conflictOf(
  seen: Checkpoint,
  now: Checkpoint,
  ask: AskConsistency,
): Promise<Conflict | undefined> {
  const conflict = (why: string, proof: readonly Uint8Array[] = []): Conflict => ({ why, proof });
  if (now.origin !== seen.origin)
    return conflict(`another log is shown in place of ${seen.origin}, and does not go on with it`);
  if (now.size < seen.size)
    return conflict(`the log has ${now.size} leaves where it had ${seen.size}`);
  if (seen.size === 0) return undefined;
  const proof = now.size === seen.size ? [] : await ask(seen.size, now.size);
  return verifyConsistency(seen.size, now.size, proof, seen.root, now.root)
    ? undefined
    : conflict('the log does not begin with what it showed before', proof);
}

/**
 * Whether the root says that what was seen is lost: a recovery goes back to or below it, and the log
 * that is shown now does go on from each state that the recoveries name.
 */
async function explains(
  recoveries: readonly LogRecovery[],
  seen: Checkpoint,
  now: Checkpoint,
  ask: AskConsistency,
): Promise<boolean> {
  const covers = ({ size, root }: LogRecovery): boolean =>
    size < seen.size || (size === seen.size && root === seen.root.toString('hex'));
  if (!recoveries.some(covers)) return false;
  for (const { size, root } of recoveries) {
    if (size === 0) continue;
    if (now.origin !== seen.origin || now.size < size) return false;
    const proof = now.size === size ? [] : await ask(size, now.size);
    if (!verifyConsistency(size, now.size, proof, Buffer.from(root, 'hex'), now.root)) return false;
  }
  return true;
}

/** Of one log are notes of one origin, and notes that one key has signed. */
function sameLog(
  note: string,
  now: SignedCheckpoint,
  keys: ReadonlyMap<string, Uint8Array>,
): boolean {
  const key = keys.get(now.keyid);
  if (note.startsWith(`${now.origin}\n`)) return true;
  return key !== undefined && checkpointSigners(note, new Map([[now.keyid, key]])).length > 0;
}

/**
 * A log whose key has left the root, where another begins under a key that came since: the new key
 * has to go on with the old log, or a change of keys would wipe out what was logged. The log of another
 * server is named after a key that was in the root beside the old one.
 */
function isOrphan(
  { note, keys: before }: Note,
  now: SignedCheckpoint,
  keys: ReadonlyMap<string, Uint8Array>,
): boolean {
  const sibling = before.some((id) => id === now.keyid || now.origin === originOf(id));
  return !sibling && checkpointSigners(note, keys).length === 0;
}
