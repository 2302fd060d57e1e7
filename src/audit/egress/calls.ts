/** Calls as they are logged, and the most bytes that their requests can have held. */
import type { Leaf, LoggedMethod } from '../../shared/log/index.js';
import { requestLimits, type RequestLimit } from '../../shared/rpc/index.js';
import { standardLimits } from '../../shared/rpc/standard.js';

/** One logged call: its messages in order, or the status that it was refused with. */
export interface LoggedCall {
  readonly method: LoggedMethod;
  readonly leaves: readonly Leaf[];
}

/** Whether the site went away in the middle: messages, and a status that says so. */
export const wasCut = ({ leaves }: LoggedCall): boolean =>
  leaves.some(({ status }) => status === 0) && leaves.some(({ status }) => status !== 0);

export const isStandard = ({ method }: LoggedCall): boolean =>
  method === 'Health' || method === 'Reflection';

/** A call that was answered with a status alone. */
export const wasRefused = ({ leaves }: LoggedCall): boolean =>
  leaves.every(({ status }) => status !== 0);

/** How many requests there were: reflection is a conversation, each answer to a question of its own. */
export const exchanges = (calls: readonly LoggedCall[]): number =>
  calls.reduce((sum, { method, leaves }) => sum + (method === 'Reflection' ? leaves.length : 1), 0);

/**
 * The most that a call of an unknown method may have held: its path and its message, whose content was
 * never checked. Anything above counts as unexplained.
 */
const UNKNOWN_METHOD: RequestLimit = {
  method: `/${'?'.repeat(127)}`,
  message: 'Unknown',
  fields: [],
  maxBytes: 128,
};

/** A stream may be closed by the site once it has what it asked for. */
export const streams = (calls: readonly LoggedCall[]): number =>
  calls.filter((call) => call.method === 'GetChunks' || isStandard(call)).length;

/** What a method's path and request may have: our own, the standard services', any other. */
export function methodLimits(): ReadonlyMap<LoggedMethod, RequestLimit> {
  const own = requestLimits().map((limit) => [limit.method.split('/').at(-1), limit] as const);
  const others = { ...standardLimits(), Other: UNKNOWN_METHOD };
  return new Map([...own, ...Object.entries(others)] as [LoggedMethod, RequestLimit][]);
}

/** The most bytes that the requests of refused calls can have held: their content was never checked. */
export function refusedBytes(
  calls: readonly LoggedCall[],
  limits: ReadonlyMap<LoggedMethod, RequestLimit>,
): number {
  return calls.filter(wasRefused).reduce((sum, { method }) => {
    const limit = limits.get(method);
    const path = method === 'Other' ? (limit?.method.length ?? 0) : 0; // chosen by the site as well
    return sum + path + (limit?.maxBytes ?? 0);
  }, 0);
}
