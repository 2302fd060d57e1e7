/** Codes of a Huffman table (ITU-T T.81, annex C), to be looked up by length. */
export interface HuffmanTable {
  /** Per length 1..16: the first code, the number of codes, and the place of the first value. */
  readonly first: Int32Array;
  readonly count: Uint8Array;
  readonly at: Int32Array;
  readonly values: Uint8Array;
}

/** @param counts how many codes there are of the lengths 1 to 16 */
export function huffmanTable(counts: Uint8Array, values: Uint8Array): HuffmanTable {
  const [first, at] = [new Int32Array(17), new Int32Array(17)];
  const count = new Uint8Array(17);
  let [code, place] = [0, 0];
  for (let length = 1; length <= 16; length++) {
    first[length] = code;
    at[length] = place;
    count[length] = counts[length - 1]!;
    code = (code + count[length]!) << 1;
    place += count[length]!;
  }
  return { first, count, at, values };
}

/** Where the data end, or are none: the caller says of which file. */
export class BitsEnd extends Error {}

/** Bits of a scan, the highest of a byte first; a zero after 0xff is no data. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at: number;
  #bits = 0;
  #left = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  bit(): number {
    if (this.#left === 0) {
      if (this.#at >= this.#bytes.length) throw new BitsEnd('the data end');
      this.#bits = this.#bytes[this.#at++]!;
      if (this.#bits === 0xff) {
        if (this.#bytes[this.#at] !== 0) throw new BitsEnd('a marker where data are due');
        this.#at++;
      }
      this.#left = 8;
    }
    this.#left--;
    return (this.#bits >> this.#left) & 1;
  }

  /** A number of so many bits, whose first says its sign (F.2.2.1, EXTEND). */
  signed(length: number): number {
    if (length === 0) return 0;
    let value = 0;
    for (let i = 0; i < length; i++) value = (value << 1) | this.bit();
    return value < 1 << (length - 1) ? value - (1 << length) + 1 : value;
  }

  /** The value of the next code. */
  symbol({ first, count, at, values }: HuffmanTable): number {
    let code = 0;
    for (let length = 1; length <= 16; length++) {
      code = (code << 1) | this.bit();
      const place = code - first[length]!;
      if (place >= 0 && place < count[length]!) return values[at[length]! + place] ?? 0;
    }
    throw new BitsEnd('no such code');
  }

  /** Skips to behind the next restart marker. */
  restart(): void {
    this.#left = 0;
    const bytes = this.#bytes;
    while (this.#at + 1 < bytes.length) {
      if (bytes[this.#at] === 0xff && (bytes[this.#at + 1]! & 0xf8) === 0xd0) break;
      this.#at++;
    }
    this.#at += 2;
  }
}
