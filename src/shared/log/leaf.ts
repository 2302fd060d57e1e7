import { FedshotError } from '../errors.js';

/**
 * The methods whose responses are logged. The number in a leaf is the position here, so names are
 * only ever added, at the end.
 */
export const METHODS = [
  'GetRoot',
  'GetFreshness',
  'GetManifest',
  'GetChunks',
  'GetCheckpoint',
  'GetConsistency',
  'GetInclusion',
  'Other', // of a service that is not known
  'Health',
  'Reflection',
] as const;
export type LoggedMethod = (typeof METHODS)[number];

/** Bytes of an encoded leaf; every leaf has as many. */
export const LEAF_BYTES = 128;
const LEAF_VERSION = 1;
const NO_INDEX = 0xffffffff;
const NO_DIGEST = '0'.repeat(64);

/** One response message, or one call that was answered with a status alone. */
export interface Leaf {
  /** Position in the log, from 0. */
  readonly sequence: number;
  /** Milliseconds since 1970, by the server's clock. */
  readonly time: number;
  readonly method: LoggedMethod;
  /** gRPC status of a call that was answered without a message; 0 for a message. */
  readonly status: number;
  /** Which call of this server's run, from 0: the messages of one call share it. */
  readonly call: number;
  /** The TCP port of the peer as the server saw it, which ties the leaf to one recorded connection. */
  readonly port: number;
  /** SHA-256 of the peer's certificate (DER), hex; undefined for an anonymous peer. */
  readonly peer: string | undefined;
  /** SHA-256 of the release's manifest, hex, where the call names one. */
  readonly release: string | undefined;
  /** The chunk's index, the root's or manifest's version, or the proof's first number. */
  readonly index: number | undefined;
  /** SHA-256 of the serialised response message, hex; undefined with a status. */
  readonly response: string | undefined;
  /** Bytes of the serialised response message. */
  readonly bytes: number;
}

/** What the server knows of a response; the log adds its place and the time. */
export type LeafContent = Omit<Leaf, 'sequence' | 'time'>;

/**
 * The one encoding of a leaf, big-endian: version, method, status, 0 (a byte each), port u16,
 * time u48, call u32, sequence u64, index u32, bytes u32, then peer, release and response (32 bytes
 * each, zeros for none).
 */
export function encodeLeaf(leaf: Leaf): Buffer {
  const out = Buffer.alloc(LEAF_BYTES);
  out[0] = LEAF_VERSION;
  out[1] = METHODS.indexOf(leaf.method);
  out[2] = leaf.status;
  out.writeUInt16BE(leaf.port, 4);
  out.writeUIntBE(leaf.time, 6, 6);
  out.writeUInt32BE(leaf.call, 12);
  out.writeBigUInt64BE(BigInt(leaf.sequence), 16);
  out.writeUInt32BE(leaf.index ?? NO_INDEX, 24);
  out.writeUInt32BE(leaf.bytes, 28);
  out.write(leaf.peer ?? NO_DIGEST, 32, 'hex');
  out.write(leaf.release ?? NO_DIGEST, 64, 'hex');
  out.write(leaf.response ?? NO_DIGEST, 96, 'hex');
  return out;
}

/** @throws FedshotError `log` unless the bytes are the encoding of a leaf */
export function decodeLeaf(bytes: Buffer): Leaf {
  const method = METHODS[bytes[1] ?? METHODS.length];
  const digest = (at: number): string | undefined => {
    const hex = bytes.toString('hex', at, at + 32);
    return hex === NO_DIGEST ? undefined : hex;
  };
  if (bytes.length !== LEAF_BYTES || bytes[0] !== LEAF_VERSION || method === undefined)
    throw new FedshotError('log', 'an entry of the log is not a leaf');
  const index = bytes.readUInt32BE(24);
  const leaf: Leaf = {
    sequence: Number(bytes.readBigUInt64BE(16)),
    time: bytes.readUIntBE(6, 6),
    method,
    status: bytes[2]!,
    call: bytes.readUInt32BE(12),
    port: bytes.readUInt16BE(4),
    peer: digest(32),
    release: digest(64),
    index: index === NO_INDEX ? undefined : index,
    response: digest(96),
    bytes: bytes.readUInt32BE(28),
  };
  // A status has no message, a message no status; nothing may stand in the bytes between.
  const message = leaf.response !== undefined;
  if (bytes[3] !== 0 || (leaf.status === 0) !== message || (!message && leaf.bytes !== 0))
    throw new FedshotError('log', `leaf ${leaf.sequence} contradicts itself`);
  return leaf;
}
