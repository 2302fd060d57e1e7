import { present } from '../../shared/present.js';
import type { Leaf } from '../../shared/log/index.js';
import type { OpenConnection, RecordedConnection } from '../record/index.js';
import type { LoggedCall } from './calls.js';

/** Clocks of proxy and provider may differ by this much. */
const CLOCK_SKEW_MS = 5000;

export interface Matched {
  readonly byConnection: ReadonlyMap<RecordedConnection, LoggedCall[]>;
  /** Of connections that were not over when the record ended. */
  readonly pending: readonly Leaf[];
  /** Of no connection that was recorded. */
  readonly orphans: readonly Leaf[];
}

/** The call that these leaves are of. */
function callOf(leaves: readonly Leaf[]): LoggedCall {
  const { method } = present(leaves[0], 'the first leaf of a call');
  return { method, leaves };
}

/** Which leaves are of which connection: same port, within its time. */
export function match(
  connections: readonly RecordedConnection[],
  open: readonly OpenConnection[],
  leaves: readonly Leaf[],
): Matched {
  const byPort = new Map<number, RecordedConnection[]>();
  for (const connection of connections) {
    const list = byPort.get(connection.port) ?? [];
    list.push(connection);
    byPort.set(connection.port, list);
  }
  const calls = new Map<RecordedConnection, Map<number, Leaf[]>>();
  const [orphans, pending]: [Leaf[], Leaf[]] = [[], []];
  for (const leaf of leaves) {
    const connection = byPort.get(leaf.port)?.find((one) => isWithin(leaf, one));
    if (connection) {
      let own = calls.get(connection);
      if (!own) calls.set(connection, (own = new Map<number, Leaf[]>()));
      const list = own.get(leaf.call);
      if (list) list.push(leaf);
      else own.set(leaf.call, [leaf]);
    } else if (open.some((one) => one.port === leaf.port && isAfter(leaf, one))) pending.push(leaf);
    else orphans.push(leaf);
  }
  const byConnection = new Map(
    [...calls].map(([connection, own]) => [connection, [...own.values()].map(callOf)]),
  );
  return { byConnection, pending, orphans };
}

const isAfter = ({ time }: Leaf, { opened }: { opened: string }): boolean =>
  time >= Date.parse(opened) - CLOCK_SKEW_MS;

const isWithin = (leaf: Leaf, connection: RecordedConnection): boolean =>
  isAfter(leaf, connection) && leaf.time <= Date.parse(connection.closed) + CLOCK_SKEW_MS;
