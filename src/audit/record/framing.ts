/** What TLS shows to an observer: records, each with its type and length (RFC 8446, 5.1). */

export const RECORD_HEADER = 5;
/** Types of TLS records. */
export const CHANGE_CIPHER_SPEC = 20;
export const ALERT = 21;
export const HANDSHAKE = 22;
export const APPLICATION_DATA = 23;

/** Counts of one direction of one connection. */
export interface Direction {
  /** All bytes. */
  bytes: number;
  /** Records in the clear, as they come before the keys are agreed on: type and length of each. */
  clear: [type: number, length: number][];
  /** Encrypted records, by number and bytes without their headers. */
  sealed: { records: number; bytes: number };
  /** Lengths of the first encrypted records, which the rest of the handshake is in. */
  first: number[];
  /** Bytes that are not TLS, or a record that was not whole. */
  other: number;
}

/** More than a handshake has. */
const FIRST = 12;
const MAX_CLEAR = 8;
const MAX_RECORD = 2 ** 14 + 256;

/** Follows the records of one direction by their headers, and keeps nothing of what is in them. */
export class RecordCounter {
  readonly counts: Direction = {
    bytes: 0,
    clear: [],
    sealed: { records: 0, bytes: 0 },
    first: [],
    other: 0,
  };
  readonly #header = Buffer.alloc(RECORD_HEADER);
  #have = 0;
  /** Bytes of the present record that are still to come. */
  #left = 0;
  #lost = false;

  take(chunk: Buffer): void {
    this.counts.bytes += chunk.length;
    for (let at = 0; at < chunk.length;) {
      if (this.#lost) {
        this.counts.other += chunk.length - at;
        return;
      }
      const n = Math.min(this.#left || RECORD_HEADER - this.#have, chunk.length - at);
      if (this.#left > 0) this.#left -= n;
      else {
        chunk.copy(this.#header, this.#have, at, at + n);
        this.#have += n;
        if (this.#have === RECORD_HEADER) this.#begin();
      }
      at += n;
    }
  }

  /** Bytes of a record that never became whole: a connection that was cut. */
  get pending(): number {
    return this.#left > 0 ? this.#left : 0;
  }

  #begin(): void {
    const { counts } = this;
    const type = this.#header.readUInt8(0);
    const length = this.#header.readUInt16BE(3);
    this.#have = 0;
    const known = type >= CHANGE_CIPHER_SPEC && type <= APPLICATION_DATA;
    if (!known || this.#header[1] !== 3 || length === 0 || length > MAX_RECORD) {
      this.#lost = true;
      counts.other += RECORD_HEADER;
      return;
    }
    this.#left = length;
    if (type !== APPLICATION_DATA) {
      if (counts.clear.length < MAX_CLEAR) counts.clear.push([type, length]);
      else counts.other += RECORD_HEADER + length;
      return;
    }
    counts.sealed.records++;
    counts.sealed.bytes += length;
    if (counts.first.length < FIRST) counts.first.push(length);
  }
}
