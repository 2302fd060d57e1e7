/** The history of a log: changes of its key, and states that were restored. */
import {
  type AuditedLog,
  type Checkpoint,
  checkpointSigners,
  closedPath,
  parseCheckpoint,
} from '../../shared/log/index.js';
import type { LogRecovery, Root } from '../../shared/release/index.js';

/** What the newest root says of logs that went on from an earlier state. */
export const recoveriesOf = (roots: readonly Root[]): readonly LogRecovery[] =>
  roots.at(-1)?.document.recoveries ?? [];

/** The statement that explains why a site has seen what the log no longer has; undefined for none. */
export const explanation = (
  recoveries: readonly LogRecovery[],
  seen: Checkpoint,
): LogRecovery | undefined =>
  recoveries.find(
    ({ origin, size, root }) =>
      origin === seen.origin &&
      (size < seen.size || (size === seen.size && root === seen.root.toString('hex'))),
  );

/** The log does go on from each state that the root names. */
export function recoveryFaults(
  { checkpoint, tree }: AuditedLog,
  recoveries: readonly LogRecovery[],
): string[] {
  return recoveries.flatMap(({ origin, size, root, created }) => {
    if (origin !== checkpoint.origin || size === 0) return [];
    const there = size <= tree.size && tree.root(size).toString('hex') === root;
    return there
      ? []
      : [`the root says that it goes on from ${size} leaves since ${created}: it does not`];
  });
}

/** What is wrong with a checkpoint that two keys have signed, one after the other. */
export function closedFaults(
  path: string,
  content: Buffer,
  log: AuditedLog,
  keys: ReadonlyMap<string, Uint8Array>,
): string[] {
  try {
    const note = content.toString();
    const { origin, size, root } = parseCheckpoint(note);
    const signers = checkpointSigners(note, keys);
    const [keyid] = signers;
    const lines = note.split('\n').filter((line) => line.startsWith('— ')).length;
    if (keyid === undefined || signers.length !== 2 || lines !== 2)
      return ['not signed by the log key that went and the one that came'];
    if (closedPath({ size, keyid }) !== path) return ['not named by its size and its first key'];
    const same = origin === log.checkpoint.origin && size <= log.tree.size;
    return same && log.tree.root(size).equals(root) ? [] : ['not a state of this log'];
  } catch {
    return ['no checkpoint'];
  }
}
