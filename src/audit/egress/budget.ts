/**
 * How many bytes a connection must and may have, given the calls that were logged on it. TLS is
 * counted exactly: its records show their lengths on the way. HTTP/2 is bounded by formula.
 */
import { present } from '../../shared/present.js';
import type { LoggedMethod } from '../../shared/log/index.js';
import {
  AHEAD,
  MAX_PROBE_AGENT,
  mostUnasked,
  requestLimits,
  type RequestLimit,
} from '../../shared/rpc/index.js';
import type { Direction, RecordedConnection } from '../record/index.js';
import {
  CHANGE_CIPHER_SPEC,
  HANDSHAKE as HANDSHAKE_RECORD,
  RECORD_HEADER,
} from '../record/framing.js';
import { exchanges, isStandard, streams, wasCut, wasRefused, type LoggedCall } from './calls.js';
import { requestBlock, RESPONSE_BLOCK, TRAILERS_BLOCK, type Block } from './hpack.js';

const FRAME = 9; // RFC 9113, 4.1
const GRPC_PREFIX = 5;
const MAX_FRAME = 16_384;
/** Type and tag that a TLS 1.3 record has beside its content (RFC 8446, 5.2). */
export const SEAL = 17;
const SETTING = 6;
const MAX_SETTINGS = 8;
const WINDOW_UPDATE = FRAME + 4;
const PING = FRAME + 8;
const GOAWAY = FRAME + 8;
const RST_STREAM = FRAME + 4;
const PREFACE = 24;
const ALERT = 2;
/** Neither side pings more often. */
const PING_SECONDS = 20;
/** A side that has read half of its window tells the other so, for the stream and the connection. */
const SITE_WINDOW_STEP = 2 ** 19;
const PROVIDER_WINDOW_STEP = 2 ** 14;

/** TLS 1.3 handshake messages (RFC 8446, 4), in bytes of content. */
const HANDSHAKE = {
  encryptedExtensions: 15,
  finished: 52,
  finishedShort: 36,
  certificate: 8,
  perCertificate: 5,
  verifyMost: 112,
  verifyLeast: 2,
  ticketMost: 64,
  tickets: 2,
  requestMost: 512,
};

/** The bytes of one direction: the least that must be there, the most that may be, and what was seen. */
export interface EgressBudget {
  readonly floor: number;
  readonly ceiling: number;
  readonly observed: number;
  /** Above the ceiling, or not TLS at all. */
  readonly unexplained: number;
  /** What was seen above the floor, up to the ceiling: the most in which something could be hidden. */
  readonly slack: number;
  /** Floor minus observed: logged but never sent. */
  readonly missing: number;
  /** Answers of the protocol to what a stranger sent beyond a budget, at most; part of the ceiling. */
  readonly answers?: number;
}

/** Lengths in DER of the certificates of a chain that may have been sent; undefined if unknown. */
export type Chain = readonly number[] | undefined;

/** What an auditor knows of the certificates of one connection. */
export interface CertificateSizes {
  /** Each chain that the provider has used. */
  readonly server: readonly (readonly number[])[];
  /** Empty for an anonymous site. */
  readonly client: Chain;
}

interface Range {
  least: number;
  most: number;
}
const add = (range: Range, least: number, most = least): void => {
  range.least += least;
  range.most += most;
};
const frames = (bytes: number): number => Math.ceil(bytes / MAX_FRAME);

/** Overhead of TLS, from the records themselves. */
function tlsOverhead({ clear, sealed }: Direction): number {
  const ccs = clear.filter(([type]) => type === CHANGE_CIPHER_SPEC).length;
  return RECORD_HEADER * clear.length + ccs + (RECORD_HEADER + SEAL) * sealed.records;
}

/** A hello comes in the clear, so its length is known; with a hybrid key share it is the longest. */
const MAX_CLIENT_HELLO = 1900;
const MAX_SERVER_HELLO = 1300;

function hello({ clear }: Direction, most: number): number {
  const handshakes = clear.filter(([type]) => type === HANDSHAKE_RECORD);
  return Math.min(most, handshakes[0]?.[1] ?? 0);
}

const UNKNOWN_CERTIFICATES = 4096;
/** For a client whose connection ended after it had shown its certificate. */
const REFUSED_CERTIFICATE = 1024;

function chainBytes(chains: readonly (readonly number[])[], unknown: number): Range {
  const { certificate, perCertificate } = HANDSHAKE;
  const sizes = chains.map((chain) =>
    chain.reduce((sum, size) => sum + perCertificate + size, certificate),
  );
  return sizes.length === 0
    ? { least: 0, most: unknown }
    : { least: Math.min(...sizes), most: Math.max(...sizes) };
}

/** Certificate and CertificateVerify; the signature itself is the signer's to choose. */
function certificates(
  range: Range,
  chains: readonly (readonly number[])[],
  unknown = UNKNOWN_CERTIFICATES,
): void {
  const { least, most } = chainBytes(chains, unknown);
  add(range, least, most);
  add(range, HANDSHAKE.verifyLeast, HANDSHAKE.verifyMost);
}

function headers(range: Range, block: Block, first: boolean): void {
  add(range, FRAME + block.least, FRAME + (first ? block.first : block.later));
}

/** A message's frames; a window that closes in the middle costs another frame header. */
function message(range: Range, bytes: number): void {
  const whole = GRPC_PREFIX + bytes;
  const least = whole + FRAME * frames(whole);
  add(range, least, least + FRAME * (1 + Math.ceil(whole / 2 ** 18)));
}

function control(range: Range, seconds: number, calls: number, windows: number): void {
  add(range, 2 * FRAME, 2 * FRAME + MAX_SETTINGS * SETTING);
  const pings = 2 * (2 + Math.ceil(seconds / PING_SECONDS)); // and their answers
  const updates = 1 + 2 * Math.floor(windows);
  add(range, 0, pings * PING + updates * WINDOW_UPDATE + calls * RST_STREAM + GOAWAY + ALERT);
}

/**
 * @param silent without any call: it may have ended at any point of the handshake
 * @param alien bytes that are not TLS and count as what a handshake has, since whoever connects may
 *   say anything
 */
function judge(range: Range, direction: Direction, silent: boolean, alien = 0): EgressBudget {
  const overhead = tlsOverhead(direction);
  const ceiling = range.most + overhead;
  const observed = direction.bytes - direction.other + alien;
  const whole = range.least + overhead;
  const floor = silent && observed < whole ? Math.min(overhead, observed) : whole;
  return {
    floor,
    ceiling,
    observed: direction.bytes,
    unexplained: Math.max(0, observed - ceiling) + direction.other - alien,
    slack: Math.max(0, Math.min(observed, ceiling) - floor),
    missing: Math.max(0, floor - observed),
  };
}

/** A clock that was set back must not shrink a budget. */
const seconds = ({ opened, closed }: RecordedConnection): number =>
  Math.max(0, (Date.parse(closed) - Date.parse(opened)) / 1000);

/**
 * Bounds for what the provider sent.
 *
 * @param asked bytes of a stranger beyond what a client needs: pings and settings, that HTTP/2 answers
 *   by itself until the server has had enough of them
 */
export function receivedBudget(
  connection: RecordedConnection,
  calls: readonly LoggedCall[],
  { server, client }: CertificateSizes,
  asked = 0,
): EgressBudget {
  const range: Range = { least: 0, most: 0 };
  const { received, sent } = connection;
  const handshake = HANDSHAKE;
  add(range, 58, hello(received, MAX_SERVER_HELLO)); // random and key share are the server's to choose
  add(range, handshake.encryptedExtensions, handshake.encryptedExtensions + 16);
  add(range, 0, client?.length === 0 ? 0 : handshake.requestMost);
  certificates(range, server);
  add(range, handshake.finishedShort, handshake.finished);
  add(range, 0, handshake.tickets * handshake.ticketMost);
  control(
    range,
    seconds(connection),
    calls.filter((call) => isStandard(call) || wasRefused(call)).length,
    sent.bytes / PROVIDER_WINDOW_STEP,
  );
  let [firstResponse, firstTrailers] = [true, true];
  for (const call of calls) {
    const { leaves } = call;
    const messages = leaves.filter(({ status }) => status === 0);
    if (messages.length > 0) headers(range, RESPONSE_BLOCK, firstResponse);
    else add(range, RESPONSE_BLOCK.least, RESPONSE_BLOCK.first); // trailers with what begins a response
    firstResponse &&= messages.length === 0;
    headers(range, TRAILERS_BLOCK, firstTrailers);
    // Whoever watches a service's health goes away without waiting for the end.
    if (isStandard(call)) range.least -= FRAME + TRAILERS_BLOCK.least;
    firstTrailers = false;
    for (const { bytes } of messages) message(range, bytes);
  }
  const answers = Math.min(mostUnasked(seconds(connection)), Math.floor(asked / FRAME));
  add(range, 0, Math.min(asked, answers * PING));
  return { ...judge(range, received, calls.length === 0), answers };
}

const varint = (n: number): number => Math.max(1, Math.ceil((32 - Math.clz32(n)) / 7));

/** Bytes of a call's request, as far as its responses tell; most is what the schema allows. */
function requestBytes(call: LoggedCall, limit: RequestLimit, whole: boolean): Range {
  const { method, leaves } = call;
  const indices = leaves.flatMap(({ status, index }) => (status === 0 ? [index ?? 0] : []));
  if (method !== 'GetChunks' || indices.length === 0) return { least: 0, most: limit.maxBytes };
  const packed = indices.reduce((sum, index) => sum + varint(index), 0);
  const bytes = 2 + 32 + 1 + varint(packed) + packed;
  // A call that was cut has asked for more than it was sent.
  return { least: bytes, most: whole && !wasCut(call) ? bytes : Math.max(bytes, limit.maxBytes) };
}

/**
 * A site whose certificate is turned away has sent its first request by the time it learns of it (TLS
 * 1.3 lets it speak first).
 */
const FIRST_METHOD = present(requestLimits()[0], 'a method of the schema').method;
const UNREAD_REQUEST = 2 * FRAME + GRPC_PREFIX + requestBlock(FIRST_METHOD).first;

/** Bounds for what the site sent. */
export function sentBudget(
  connection: RecordedConnection,
  calls: readonly LoggedCall[],
  { client }: CertificateSizes,
  limits: ReadonlyMap<LoggedMethod, RequestLimit>,
): EgressBudget {
  const range: Range = { least: 0, most: 0 };
  const { sent, received } = connection;
  add(range, 0, hello(sent, MAX_CLIENT_HELLO));
  const unknown = calls.length === 0 ? REFUSED_CERTIFICATE : UNKNOWN_CERTIFICATES;
  if (client?.length !== 0) certificates(range, client ? [client] : [], unknown);
  add(range, HANDSHAKE.finishedShort, HANDSHAKE.finished);
  add(range, PREFACE);
  control(range, seconds(connection), streams(calls), received.bytes / SITE_WINDOW_STEP);
  const known = new Set<string>();
  for (const call of calls) {
    const limit = limits.get(call.method);
    if (!limit) continue;
    const path = limit.method;
    const { least, most } = requestBytes(call, limit, connection.whole);
    const block = requestBlock(path);
    const probe = call.method === 'Other' || isStandard(call);
    const isNew = call.method === 'Other' || !known.has(path); // each path another
    const literals = isNew ? path.length + (probe ? MAX_PROBE_AGENT : 0) : 0;
    const { first, later } = block;
    headers(
      range,
      { ...block, first: first + literals, later: later + literals },
      known.size === 0,
    );
    known.add(path);
    const messages = exchanges([call]);
    add(
      range,
      messages * (FRAME + GRPC_PREFIX + least),
      messages * (2 * FRAME + GRPC_PREFIX + most),
    );
  }
  const silent = calls.length === 0;
  if (silent) add(range, 0, UNREAD_REQUEST);
  return judge(range, sent, silent, silent ? sent.other : 0);
}

/**
 * Messages that a server may have logged when a site goes away: loaded ahead, one under way, and two
 * in the buffers of a connection whose stream is reset.
 */
const UNSENT_MESSAGES = AHEAD + 3;

/** The most that was logged and rightly never sent: the last messages of calls that were cut. */
export function unsentBytes(calls: readonly LoggedCall[], whole: boolean): number {
  const range: Range = { least: 0, most: 0 };
  for (const call of calls.filter((one) => !whole || wasCut(one))) {
    const messages = call.leaves.filter(({ status }) => status === 0);
    for (const { bytes } of messages.slice(-UNSENT_MESSAGES)) message(range, bytes);
    add(range, 2 * FRAME + RESPONSE_BLOCK.least + TRAILERS_BLOCK.least);
  }
  return range.least;
}
