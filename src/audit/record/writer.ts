import { closeSync, fsyncSync, ftruncateSync, openSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { asFedshotError, FedshotError } from '../../shared/errors.js';
import { fsyncDir, makeFolder, readBytes } from '../../shared/files.js';
import type { Signer } from '../../shared/release/index.js';
import { MOST_FILE_BYTES } from '../artefacts/digest.js';
import { FIRST_CHAIN, nextChain, signLine } from './chain.js';
import type { RecordEntry } from './entry.js';

const NEWLINE = 0x0a;
/** How every record begins, signed or not. */
const HEAD = Buffer.from('{"fedshotRecord":');

/** Adds signed lines to a record; each is on the disk when `write` returns. */
export class RecordWriter {
  readonly #fd: number;
  #chain: Buffer;

  private constructor(
    readonly file: string,
    readonly signer: Signer,
    fd: number,
    chain: Buffer,
  ) {
    this.#fd = fd;
    this.#chain = chain;
  }

  /**
   * Opens a record, a new one or one that goes on: the lines that are there become part of the chain
   * as they are. A line that was being written when the machine stopped is cut off.
   *
   * @throws FedshotError `io` for a file that cannot be written, `format` for what is no record
   */
  static open(file: string, signer: Signer): RecordWriter {
    let fd: number;
    try {
      makeFolder(dirname(file));
      fd = openSync(file, 'a', 0o644);
    } catch (error) {
      throw asFedshotError(error, 'io', `cannot write ${file}`);
    }
    try {
      fsyncDir(dirname(file));
      const { chain, whole, bytes } = readChain(file);
      if (whole < bytes) ftruncateSync(fd, whole);
      return new RecordWriter(file, signer, fd, chain);
    } catch (error) {
      closeSync(fd);
      throw asFedshotError(error, 'io', `cannot write ${file}`);
    }
  }

  /** @throws FedshotError `io`; nothing may pass any more then */
  write(entry: RecordEntry): void {
    const line = Buffer.from(signLine(entry, this.#chain, this.signer));
    const bytes = Buffer.concat([line, Buffer.of(NEWLINE)]);
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(this.#fd, bytes, at);
      fsyncSync(this.#fd);
    } catch (error) {
      throw asFedshotError(error, 'io', `cannot write ${this.file}`);
    }
    this.#chain = nextChain(this.#chain, line);
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** The chain over the whole lines of a file, and how many bytes they are. */
function readChain(file: string): { chain: Buffer; whole: number; bytes: number } {
  // Pipes and devices have no lines to go on from: writing to them says what is wrong.
  if (!statSync(file).isFile()) return { chain: FIRST_CHAIN, whole: 0, bytes: 0 };
  const content = readBytes(file, MOST_FILE_BYTES);
  if (content.length > 0 && !content.subarray(0, HEAD.length).equals(HEAD))
    throw new FedshotError('format', `${file}: holds something else than a record`, {
      hint: 'name a new file with --out',
    });
  let chain: Buffer = FIRST_CHAIN;
  let at = 0;
  for (let end; (end = content.indexOf(NEWLINE, at)) !== -1; at = end + 1)
    chain = nextChain(chain, content.subarray(at, end));
  return { chain, whole: at, bytes: content.length };
}
