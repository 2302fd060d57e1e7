import type { Reporter } from '../../shared/reporter.js';
import type { RetryOptions } from '../../shared/rpc/index.js';
import type { SourceOptions } from '../transfer/index.js';

export interface PullOptions {
  /** `HOST:PORT`, `https://…` or folders; all of them are used at once. */
  from: readonly string[];
  name: string;
  /** Folder of this site. */
  home: string;
  /** The site's certificate, when it is not the one in its home. */
  identity?: SourceOptions['identity'];
  insecurePlaintext?: boolean;
  /** Authorities of `https://` mirrors besides those that the world knows, PEM. */
  webCa?: readonly string[];
  reporter?: Reporter;
  signal?: AbortSignal;
  now?: () => Date;
  retry?: Partial<RetryOptions>;
}

export interface PullResult {
  release: { name: string; version: number; digest: string };
  /** Where its files are. */
  folder: string;
  /** Nothing had to be transferred: every byte was here. */
  upToDate: boolean;
  /** Bytes of chunks that came over the wire and were verified. */
  bytesReceived: number;
  /** Chunks that came over the wire. */
  chunks: number;
  /** Bytes that were here already, from another version or an earlier attempt. */
  bytesReused: number;
  /** Bytes of signed metadata received. */
  metadataBytes: number;
  seconds: number;
  sources: { from: string; bytes: number }[];
}
