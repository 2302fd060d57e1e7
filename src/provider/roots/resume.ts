import type { RoleName, RootDocument } from '../../shared/release/index.js';
import type { RootOutcome } from '../keys/root.js';
import type { FinishedChange } from './finish.js';

/** Whether an interrupted change was the one that is asked for now: then it is done. */
export type Asked = (before: RootDocument, now: RootDocument) => boolean;

/** What to report when a change was interrupted and asked for again; undefined when it was another. */
export function resumed(
  finished: FinishedChange | undefined,
  asked: Asked,
): RootOutcome | undefined {
  if (!finished) return undefined;
  return asked(finished.before.document, finished.root.document) ? finished.outcome : undefined;
}

/** New keys for a role: those that were given, or any. */
export const rotated =
  (role: RoleName, publicKeys: readonly string[], threshold: number | undefined): Asked =>
  (before, now) => {
    const given = publicKeys.map((key) => key.toLowerCase()).sort();
    const { keyids } = now.roles[role];
    const named = keyids.map((id) => now.keys[id]?.public).sort();
    return (
      !before.roles[role].keyids.some((id) => keyids.includes(id)) &&
      (given.length === 0 || given.join() === named.join()) &&
      (threshold === undefined || threshold === now.roles[role].threshold)
    );
  };

/** Each of these keys was in the root, and is no longer. */
export const revoked =
  (prefixes: readonly string[]): Asked =>
  (before, now) =>
    prefixes.every((prefix) => {
      const keys = Object.keys(before.keys).filter((id) => id.startsWith(prefix));
      return (
        prefix.length >= 8 && keys.length === 1 && !keys.some((id) => Object.hasOwn(now.keys, id))
      );
    });

/** The same root for longer. */
export const renewed: Asked = (before, now) => {
  const rest = ({ version: _v, created: _c, expires: _e, ...same }: RootDocument): string =>
    JSON.stringify(same);
  return rest(before) === rest(now);
};
