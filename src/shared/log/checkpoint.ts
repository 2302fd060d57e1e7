/** C2SP tlog-checkpoint: a signed note of three lines, and nothing that the format does not need. */
import { createHash } from 'node:crypto';
import { FedshotError } from '../errors.js';
import { HASH_BYTES } from './merkle.js';
import { ed25519Verify, type Signer } from '../release/index.js';

/** No checkpoint of ours is longer; checked before anything is read of one. */
export const MAX_CHECKPOINT_BYTES = 4096;
const MAX_SIGNATURES = 16;
const ED25519 = 1;

/** A state of the log: how many leaves, and the root of the tree over them. */
export interface Checkpoint {
  /** The log's name, which no two logs share. */
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

/** The name of a log that begins under this key. */
export const originOf = (keyid: string): string => `fedshot/${keyid.slice(0, 32)}`;

/** A checkpoint whose signature was verified. */
export interface SignedCheckpoint extends Checkpoint {
  /** Id of the log key that signed it. */
  readonly keyid: string;
  /** The note as it came, and how many lines of signatures it has. */
  readonly note: string;
  readonly signatures: number;
}

/** SHA-256(name || 0x0A || 0x01 || public key), first four bytes (C2SP signed-note). */
function noteKeyId(name: string, publicKey: Uint8Array): Buffer {
  return createHash('sha256')
    .update(`${name}\n`)
    .update(Buffer.of(ED25519))
    .update(publicKey)
    .digest()
    .subarray(0, 4);
}

const bodyOf = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${root.toString('base64')}\n`;

/** Signs a checkpoint; the key goes by the log's origin. */
export function signCheckpoint(checkpoint: Checkpoint, signer: Signer): string {
  return `${bodyOf(checkpoint)}\n${signatureLine(checkpoint, signer)}`;
}

/** Adds the signature of one more key to a signed checkpoint: it says the same of the log. */
export function cosignCheckpoint(note: string, signer: Signer): string {
  return note + signatureLine(parseCheckpoint(note), signer);
}

function signatureLine(checkpoint: Checkpoint, signer: Signer): string {
  const id = noteKeyId(checkpoint.origin, signer.publicKey);
  const bytes = Buffer.concat([id, signer.sign(Buffer.from(bodyOf(checkpoint)))]);
  return `— ${checkpoint.origin} ${bytes.toString('base64')}\n`;
}

const ORIGIN = /^[!-*,-~]{1,128}$/; // printable, neither space nor +
const SIZE = /^(?:0|[1-9]\d{0,15})$/;
const SIGNATURE = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/;

function strictBase64(text: string, length: number): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === length && bytes.toString('base64') === text ? bytes : undefined;
}

/** The note's text, without a look at its signatures. @throws FedshotError `format` */
export function parseCheckpoint(note: string): Checkpoint {
  if (Buffer.byteLength(note) > MAX_CHECKPOINT_BYTES) throw bad('longer than a checkpoint can be');
  const [body = ''] = note.split('\n\n', 1);
  const [origin = '', size = '', hash = '', ...extension] = body.split('\n');
  const root = strictBase64(hash, HASH_BYTES);
  const count = Number(size);
  if (extension.length > 0 || !ORIGIN.test(origin) || !SIZE.test(size) || !root)
    throw bad('not the three lines of a checkpoint');
  if (!Number.isSafeInteger(count)) throw bad('a size that cannot be');
  return { origin, size: count, root };
}

/**
 * Reads a checkpoint that one of the log's keys has signed.
 *
 * @param keys the keys of the role `log`, by key id
 * @throws FedshotError `format`, `signature`
 */
export function openCheckpoint(
  note: string,
  keys: ReadonlyMap<string, Uint8Array>,
): SignedCheckpoint {
  const { checkpoint, keyids, signatures } = verify(note, keys);
  const [keyid] = keyids;
  if (keyid === undefined)
    throw new FedshotError('signature', 'checkpoint: not signed by a log key of the pinned root');
  return { ...checkpoint, keyid, note, signatures };
}

/** Ids of the keys that have signed a checkpoint, in the order of its lines. @throws FedshotError `format` */
export const checkpointSigners = (
  note: string,
  keys: ReadonlyMap<string, Uint8Array>,
): readonly string[] => verify(note, keys).keyids;

function verify(note: string, keys: ReadonlyMap<string, Uint8Array>) {
  const checkpoint = parseCheckpoint(note);
  const body = bodyOf(checkpoint);
  const lines = note.slice(body.length + 1).split('\n');
  if (!note.startsWith(`${body}\n`) || lines.pop() !== '' || lines.length > MAX_SIGNATURES)
    throw bad('not a signed note');
  const keyids = lines.flatMap((line) => {
    const [, name, text = ''] = SIGNATURE.exec(line) ?? [];
    if (name === undefined) throw bad('a line that is no signature');
    const bytes = strictBase64(text, 68);
    if (name !== checkpoint.origin || !bytes) return []; // another's signature, which we cannot judge
    const signed = [...keys].find(
      ([, key]) =>
        noteKeyId(name, key).equals(bytes.subarray(0, 4)) &&
        ed25519Verify(key, Buffer.from(body), bytes.subarray(4)),
    );
    return signed ? [signed[0]] : [];
  });
  return { checkpoint, keyids, signatures: lines.length };
}

const bad = (why: string): FedshotError => new FedshotError('format', `checkpoint: ${why}`);
