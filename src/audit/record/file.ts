import { basename } from 'node:path';
import type { KeyObject } from 'node:crypto';
import { FedshotError } from '../../shared/errors.js';
import { readBytes } from '../../shared/files.js';
import { keyId, sha256 } from '../../shared/release/index.js';
import { MOST_FILE_BYTES } from '../artefacts/digest.js';
import { FIRST_CHAIN, lineKey, lineVerifies, nextChain } from './chain.js';
import {
  Connection,
  Head,
  Mark,
  UnsignedHead,
  type OpenConnection,
  type RecordedConnection,
  type RecordHead,
} from './entry.js';

/** The content of a record file, and what is wrong with its signatures. */
export interface RecordFile {
  readonly name: string;
  /** SHA-256 of the file, hex. */
  readonly digest: string;
  /** One for each time that the recorder was started. */
  readonly heads: readonly RecordHead[];
  /** Key ids of those who signed; one for a record that one recorder wrote. */
  readonly keyids: readonly string[];
  readonly connections: readonly RecordedConnection[];
  /** Under way when the record ends, or when the recorder was killed: their bytes were not counted. */
  readonly open: readonly OpenConnection[];
  /** From when to when, by the recorder's clock. */
  readonly from: string;
  readonly until: string;
  /** Times in between when the recorder did not run. */
  readonly gaps: readonly string[];
  readonly lines: number;
  /** Lines of fedshot 0.1, which nobody signed. */
  readonly unsigned: number;
  /** Connections that the recorder turned away. */
  readonly refused: number;
  /** Whether it ends with a mark, so that nothing after it is missing at that time. */
  readonly ended: boolean;
  /** What was changed, removed or added since it was written, each with its line. */
  readonly faults: readonly string[];
}

const NEWLINE = 0x0a;
/** Most faults that are listed. */
const MOST_FAULTS = 20;

/**
 * Reads a record and checks each line's place and signature. What is wrong is a fault; it throws only
 * for what is no record at all.
 *
 * @throws FedshotError `not-found`, `format`, `limit`
 */
export function readRecording(file: string): RecordFile {
  const name = basename(file);
  let bytes: Buffer;
  try {
    bytes = readBytes(file, MOST_FILE_BYTES);
  } catch (error) {
    if (!(error instanceof FedshotError) || error.code !== 'not-found') throw error;
    throw new FedshotError('not-found', `no such record: ${name}`, {
      hint: 'give the file that fedshot audit record wrote with --out',
      cause: error,
    });
  }
  const reader = new RecordReader(name);
  for (let at = 0, end; at < bytes.length; at = end + 1) {
    end = bytes.indexOf(NEWLINE, at);
    // What has no end was being written when the machine stopped; a recorder that goes on cuts it off.
    if (end === -1) {
      reader.torn();
      break;
    }
    reader.take(bytes.subarray(at, end));
  }
  return reader.result(sha256(bytes));
}

/** A value without the two keys that tie a line to the others. */
interface Tied {
  value: Record<string, unknown>;
  chain: unknown;
}

class RecordReader {
  readonly #faults: string[] = [];
  readonly #heads: RecordHead[] = [];
  readonly #connections: RecordedConnection[] = [];
  readonly #open = new Map<number, OpenConnection>();
  readonly #lost: OpenConnection[] = [];
  readonly #keyids = new Set<string>();
  readonly #times: string[] = [];
  readonly #gaps: string[] = [];
  #chain: Buffer = FIRST_CHAIN;
  /** The line before was at fault, so that what this one says of it proves nothing more. */
  #astray = false;
  #wasFaulty = false;
  #key: KeyObject | undefined;
  #line = 0;
  #unsigned = 0;
  #unsignedHeads = 0;
  #refused = 0;
  #ended = false;

  constructor(readonly name: string) {}

  take(bytes: Buffer): void {
    this.#line++;
    const tied = this.#parse(bytes);
    if (tied && (this.#key !== undefined || this.#start(tied))) {
      if (this.#key === undefined) this.#takeUnsigned(tied.value);
      else if (this.#isInPlace(bytes, tied, this.#key)) this.#read(tied.value);
    }
    const carried = this.#astray && typeof tied?.chain === 'string' ? tied.chain : undefined;
    const before = carried ? Buffer.from(carried, 'hex') : this.#chain;
    this.#chain = nextChain(before, bytes);
    this.#astray = this.#wasFaulty;
    this.#wasFaulty = false;
  }

  torn(): void {
    this.#line++;
    this.#ended = false;
    this.#fault('it has no end: it was cut off, or is still being written; copy it again');
  }

  result(digest: string): RecordFile {
    if (this.#heads.length + this.#unsignedHeads === 0)
      throw new FedshotError('format', `${this.name}: not a recording`, {
        hint: 'give the file that fedshot audit record wrote with --out',
      });
    return {
      name: this.name,
      digest,
      heads: this.#heads,
      keyids: [...this.#keyids],
      connections: this.#connections,
      open: [...this.#lost, ...this.#open.values()],
      from: this.#times[0] ?? '',
      until: this.#times.at(-1) ?? '',
      gaps: this.#gaps,
      lines: this.#line,
      unsigned: this.#unsigned,
      refused: this.#refused,
      ended: this.#ended,
      faults: this.#faults,
    };
  }

  #fault(why: string): void {
    this.#wasFaulty = true;
    if (this.#faults.length < MOST_FAULTS)
      this.#faults.push(`${this.name}: line ${this.#line}: ${why}`);
  }

  #parse(bytes: Buffer): Tied | undefined {
    try {
      const parsed = JSON.parse(bytes.toString()) as Record<string, unknown>;
      const { chain, signature: _, ...value } = parsed;
      return { value, chain };
    } catch {
      this.#fault('not JSON');
      return undefined;
    }
  }

  /** Takes the key of the first signed head. @returns whether the line can be read any further */
  #start({ value, chain }: Tied): boolean {
    if (chain === undefined) return true;
    const head = Head.safeParse(value);
    if (!head.success) {
      this.#fault('not of a recording: what is signed begins with a head');
      return false;
    }
    this.#key = lineKey(head.data.key);
    return true;
  }

  #takeUnsigned(value: unknown): void {
    this.#unsigned++;
    this.#ended = true; // it says nothing of its end
    const head = UnsignedHead.safeParse(value);
    if (head.success) {
      this.#unsignedHeads++;
      this.#times.push(head.data.started);
      return;
    }
    const connection = Connection.safeParse(value);
    if (!connection.success) {
      this.#fault('not of a recording');
      return;
    }
    this.#connections.push(connection.data);
    this.#times.push(connection.data.closed);
  }

  #isInPlace(bytes: Buffer, { value, chain }: Tied, key: KeyObject): boolean {
    const head = Head.safeParse(value);
    const other = head.success ? lineKey(head.data.key) : undefined;
    if (other && !other.equals(key)) {
      this.#fault('another recorder goes on from here, with a key of its own');
      this.#key = other;
    }
    if (!lineVerifies(bytes, this.#key ?? key)) {
      this.#fault('changed since the recorder signed it');
      return true; // still read: what it says now is compared with the log as well
    }
    if (!this.#astray && chain !== this.#chain.toString('hex'))
      this.#fault('lines before it were removed, added or put in another order');
    return true;
  }

  #read(value: Record<string, unknown>): void {
    const head = Head.safeParse(value);
    if (head.success) {
      this.#head(head.data);
      return;
    }
    const connection = Connection.safeParse(value);
    if (connection.success) {
      this.#open.delete(connection.data.connection);
      this.#connections.push(connection.data);
      this.#times.push(connection.data.closed);
      this.#ended = false;
      return;
    }
    const mark = Mark.safeParse(value);
    if (!mark.success) {
      this.#fault('not of a recording');
      return;
    }
    this.#open.clear();
    for (const each of mark.data.open) this.#open.set(each.connection, each);
    this.#times.push(mark.data.at);
    this.#refused = mark.data.refused;
    this.#ended = true;
  }

  #head(head: RecordHead): void {
    const before = this.#times.at(-1);
    if (before !== undefined) this.#gaps.push(`${before} to ${head.started}`);
    this.#lost.push(...this.#open.values());
    this.#open.clear();
    this.#heads.push(head);
    this.#keyids.add(keyId(Buffer.from(head.key, 'hex')));
    this.#times.push(head.started);
    this.#ended = false;
  }
}
