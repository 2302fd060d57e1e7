import { webcrypto } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { FedshotError } from '../../shared/errors.js';
import { METHODS, type LeafContent, type LoggedMethod } from '../../shared/log/index.js';
import type { Signer } from '../../shared/release/index.js';
import {
  addressKey,
  SERVICE,
  toStatus,
  type Peer,
  type SharedBudget,
} from '../../shared/rpc/index.js';
import { ANONYMOUS, type Access } from './access.js';
import type { Catalog } from './catalog.js';
import type { ServerLog } from './log-keeper.js';
import type { Metrics } from './metrics.js';
import type { ServeLimits } from './options.js';
import type { Running } from './running.js';
import type { Sums } from './sums.js';

/** What the handlers work with. */
export interface Desk {
  readonly catalog: Catalog;
  access(): Access;
  /** Cuts the connection of a peer, as `getPeer` names it. */
  disconnect(peer: string): void;
  readonly limits: ServeLimits;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly transparency: ServerLog | undefined;
  /** The log key of the newest root; see `ServingOptions`. */
  readonly logSigner?: (() => Promise<Signer>) | undefined;
  readonly now: () => Date;
  /** Bytes in memory on their way to clients. */
  readonly budget: SharedBudget;
  readonly running: Running;
  /** Log lines that any client can cause. */
  readonly sums: Sums;
  /** Counts a call that was refused against the rate of its peer. */
  refused(peer: Peer): void;
}

/** Whom shared memory is counted for: the site, or the address of an anonymous client. */
export const holderOf = (site: string, { address }: Peer): string =>
  site === ANONYMOUS ? addressKey(address) : `site ${site}`;

/** One call, as the transparency log counts them. */
export interface Call {
  readonly number: number;
  /** gRPC path. */
  readonly method: string;
  readonly peer: Peer;
  /** The number that the request names, once it was read. */
  index: number | undefined;
}

/** A response on its way. */
export interface ServedMessage {
  readonly call: Call;
  readonly site: string;
  readonly release?: { readonly name: string; readonly digest: string };
  readonly index: number | undefined;
  /** SHA-256 of the chunk, whose message is always the same. */
  readonly chunk?: string;
}

let calls = 0;

/** Numbers a call. */
export function callOf(method: string, peer: Peer): Call {
  calls = (calls + 1) % 2 ** 32;
  return { number: calls, method, peer, index: undefined };
}

/** What a leaf calls a method: our own by name, those of other services by service. */
function methodOf(path: string): LoggedMethod {
  const [, service = '', name] = path.split('/');
  if (service === 'grpc.health.v1.Health') return 'Health';
  if (service.startsWith('grpc.reflection.')) return 'Reflection';
  const known = METHODS.find((method) => method === name);
  return service === SERVICE && known ? known : 'Other';
}

/** Whether a method is one that only a server with a transparency log has. */
export const isLogMethod = (name: string): boolean =>
  ['GetCheckpoint', 'GetConsistency', 'GetInclusion'].includes(name);

function entryOf({ number, method, peer, index }: Call): Omit<LeafContent, 'response' | 'bytes'> {
  return {
    method: methodOf(method),
    status: status.OK,
    call: number,
    port: peer.port,
    peer: peer.certificate,
    release: undefined,
    index,
  };
}

/** Chunks are sent over and over; what their messages hash to is not computed each time. */
const known = new Map<string, string>();
const MAX_KNOWN = 100_000;

async function digestOf(message: Buffer, chunk: string | undefined): Promise<string> {
  const before = chunk === undefined ? undefined : known.get(chunk);
  if (before !== undefined) return before;
  const hash = await webcrypto.subtle.digest('SHA-256', message); // not in this thread
  const digest = Buffer.from(hash).toString('hex');
  if (chunk !== undefined) {
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(chunk, digest);
  }
  return digest;
}

/** Puts a message on record; resolves when it may leave. @throws FedshotError `log`: it may not */
export async function putOnRecord(
  desk: Desk,
  about: ServedMessage,
  message: Buffer,
): Promise<void> {
  const { call, site, release, index, chunk } = about;
  if (desk.transparency) {
    const response = await digestOf(message, chunk);
    if (call.method.endsWith('/GetFreshness')) desk.transparency.keep(response, message);
    await desk.transparency.append({
      ...entryOf(call),
      release: release?.digest,
      index,
      response,
      bytes: message.length,
    });
  }
  desk.metrics.sent(site, release?.name ?? '', message.length);
}

/** Puts on record that a call was answered with a status alone. */
export async function logStatus(desk: Desk, call: Call, code: status): Promise<void> {
  await desk.transparency?.append({
    ...entryOf(call),
    status: code === status.OK ? status.UNKNOWN : code,
    response: undefined,
    bytes: 0,
  });
}

/**
 * Logs what went wrong, and answers the peer with its kind alone, once that is on record. Where it
 * cannot be put on record, the call ends without an answer.
 */
export async function refuse(
  desk: Desk,
  call: Call,
  error: unknown,
): Promise<ReturnType<typeof toStatus>> {
  const outcome = toStatus(error);
  const { address: peer, certificate } = call.peer;
  const entry = { peer, certificate, method: call.method, status: outcome.details };
  const denied = outcome.details === 'denied' || outcome.details === 'trust';
  const expected = error instanceof FedshotError && outcome.details !== 'internal';
  const who = certificate ?? peer;
  // Every client asks for one root more than there is, to find the newest.
  if (outcome.details === 'not-found') desk.log.debug(entry, 'not found');
  else if (expected) {
    const level = denied ? 'warn' : 'info';
    const { message: reason } = error;
    desk.sums.line(level, `refused ${who} ${reason}`, { ...entry, reason }, 'refused');
    if (outcome.details !== 'network') desk.refused(call.peer);
  } else {
    const message = error instanceof Error ? error.message : String(error);
    desk.sums.line('error', `failed ${who} ${message}`, { ...entry, err: error }, 'failed');
  }
  await logStatus(desk, call, outcome.code).catch((err: unknown) => {
    desk.sums.line('error', 'log', { ...entry, err }, 'cannot write the transparency log');
  });
  return outcome;
}
