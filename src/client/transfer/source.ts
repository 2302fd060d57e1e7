import type { Fetcher } from '../../shared/release/index.js';

/** What a server says of its transparency log; untrusted as well. */
export interface SourceLog {
  /** The signed note, or undefined from a server that keeps no log. */
  readonly checkpoint: () => Promise<string | undefined>;
  /** The hashes that prove the tree of `size1` leaves to be the beginning of that of `size2`. */
  readonly consistency: (size1: number, size2: number) => Promise<Uint8Array[]>;
}

/** A place to pull from. Nothing it says is trusted. */
export interface Source extends Fetcher {
  /** As the person named it. */
  readonly name: string;
  /** How many calls of `chunks` at once fill the line. */
  readonly lanes: number;
  /** Bytes of metadata received so far. */
  readonly metadataBytes: number;
  /** Only where a server answers. */
  readonly log?: SourceLog;
  close(): void;
}

/** How sources are reached. */
export interface SourceOptions {
  /** CAs that the provider's servers answer to, PEM: from the pinned root. */
  readonly ca: readonly string[];
  /** Authorities of `https://` mirrors besides those that the world knows, PEM. */
  readonly webCa?: readonly string[];
  /** This site's own certificate and key, PEM. */
  readonly identity?: { readonly cert: string; readonly key: string };
  /** Speak gRPC in the clear: for tests of a network that is itself trusted. */
  readonly insecurePlaintext?: boolean;
  /** How long a source may be silent in the middle of something. */
  readonly stallMs?: number;
  /** How long a server may take to answer a small question. */
  readonly answerMs?: number;
  readonly signal?: AbortSignal;
}

export const STALL_MS = 60_000;
export const ANSWER_MS = 30_000;

/** What to do about a mirror that lacks a chunk which the signed manifest names. */
export const INCOMPLETE = 'this mirror is incomplete: add another source with --from';
