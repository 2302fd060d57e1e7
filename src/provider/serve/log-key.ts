import { FedshotError } from '../../shared/errors.js';
import type { ServerLog } from './log-keeper.js';
import type { Root, Signer } from '../../shared/release/index.js';

/**
 * Lets the log be signed by a key that this root names: sites follow the root before they ask for the
 * log, and a key that has left it counts for nothing.
 *
 * @param ask for the key; undefined when this server was given none
 * @throws FedshotError `trust` when the key is not here
 */
export async function followLogKey(
  log: ServerLog,
  root: Root,
  ask: (() => Promise<Signer>) | undefined,
): Promise<void> {
  if (root.roles.log.keyids.includes(log.keyid)) return;
  const signer = await ask?.();
  if (!signer || !root.roles.log.keyids.includes(signer.keyid))
    throw new FedshotError('trust', `root ${root.version} names another log key than is here`, {
      hint: 'bring the key to this server and start it again: fedshot keys show lists the keys',
    });
  log.handOver(signer);
}
