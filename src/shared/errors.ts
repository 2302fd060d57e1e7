/** What went wrong, in one word. The word decides the exit code here and the gRPC status in `rpc`. */
export type ErrorCode =
  | 'usage' // a flag, key or argument that is not understood
  | 'data' // input data that cannot be used as it is
  | 'model' // weights or an architecture that do not fit
  | 'engine' // a tensor engine that cannot load or lacks a kernel
  | 'io' // a file or folder that cannot be read or written
  | 'not-found' // a name, release or file that is not there
  | 'network' // a peer that cannot be reached or went away
  | 'limit' // a size, count or time above what is allowed
  | 'signature' // a signature that does not verify
  | 'digest' // bytes that are not the bytes that were signed
  | 'format' // signed or received bytes that break their format
  | 'trust' // a key, role or certificate that is not trusted
  | 'rollback' // an older version than one already seen
  | 'expired' // metadata past its expiry
  | 'denied' // the peer refused this site
  | 'log' // a transparency log that is inconsistent
  | 'isolation' // isolation that was required and could not be had
  | 'audit' // an audit claim that failed
  | 'incomplete' // a check that could not be made, since something is missing
  | 'refused' // the battery refuses the data; the model in use stays
  | 'rolled-back' // adapting did harm; the model in use stays
  | 'undecided' // not enough data to tell whether adapting helped; the model in use stays
  | 'interrupted' // stopped by a signal; the state is kept
  | 'internal'; // a defect in fedshot itself

const EXIT: Record<ErrorCode, number> = {
  internal: 1,
  usage: 2,
  data: 3,
  model: 4,
  engine: 5,
  io: 6,
  'not-found': 7,
  network: 8,
  limit: 9,
  signature: 10,
  digest: 11,
  format: 12,
  trust: 13,
  rollback: 14,
  expired: 15,
  denied: 16,
  log: 17,
  isolation: 18,
  audit: 19,
  incomplete: 20,
  refused: 21,
  'rolled-back': 22,
  undecided: 23,
  interrupted: 130,
};

export interface FedshotErrorOptions {
  /** What the person can do next, one sentence without a final full stop. */
  hint?: string;
  cause?: unknown;
}

/** The one error class of this project: `code` for programs, `message` and `hint` for people. */
export class FedshotError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  /**
   * @param code what kind of failure this is
   * @param message one line that names the file, key or value at fault
   */
  constructor(code: ErrorCode, message: string, options: FedshotErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'FedshotError';
    this.code = code;
    this.hint = options.hint;
  }
}

/** Process exit code of an error; anything that is not a FedshotError is a defect (1). */
export function exitCode(error: unknown): number {
  return error instanceof FedshotError ? EXIT[error.code] : EXIT.internal;
}

/** The code behind a process's exit code; undefined for 0, a defect, and what is no exit code of ours. */
export function codeOfExit(exit: number | null): ErrorCode | undefined {
  const codes = Object.keys(EXIT) as ErrorCode[];
  return codes.find((code) => EXIT[code] === exit && code !== 'internal');
}

/** Hints for the most common errors of the operating system. */
const HINTS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: make room, then run it again',
  EDQUOT: 'the quota is used up: make room, then run it again',
  EROFS: 'that is mounted read-only: choose another folder, or mount it with write access',
  EACCES: 'check who may read and write there',
  EPERM: 'check who may read and write there',
  EADDRINUSE: 'another program listens there: stop it, or choose another port',
  EADDRNOTAVAIL: 'this machine has no such address: check --host or --listen',
};

/** A file where a folder was meant, or the other way round. */
const WRONG_KIND: Readonly<Record<string, string>> = {
  ENOTDIR: 'not a folder, or below a file',
  EISDIR: 'a folder, and a file was expected',
};

/**
 * Wraps whatever was thrown, with a hint where the operating system says why; an error that is already
 * ours passes through untouched.
 */
export function asFedshotError(error: unknown, code: ErrorCode, prefix = ''): FedshotError {
  if (error instanceof FedshotError) return error;
  const { code: errno = '', path } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  const kind = WRONG_KIND[errno];
  const said = kind && (path === undefined ? kind : `${path}: ${kind}`);
  const message = said ?? (error instanceof Error ? error.message : String(error));
  const hint = HINTS[errno];
  return new FedshotError(code, prefix ? `${prefix}: ${message}` : message, { hint, cause: error });
}
