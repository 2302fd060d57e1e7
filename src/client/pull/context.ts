import { randomInt } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { random as seeded } from '../../shared/random.js';
import { type Reporter, silent } from '../../shared/reporter.js';
import { defaultRetry, sleep, type RetryOptions } from '../../shared/rpc/index.js';
import { openSources, readIdentity, type Source, type SourceOptions } from '../transfer/index.js';
import { readTrust } from '../trust/trust.js';
import type { PullOptions } from './options.js';

/** What every step of one pull works with: its options, with what was left out of them filled in. */
export interface PullContext {
  readonly home: string;
  readonly name: string;
  readonly from: readonly string[];
  readonly reporter: Reporter;
  readonly now: () => Date;
  readonly retry: Pick<RetryOptions, 'policy' | 'random' | 'sleep'>;
  readonly identity: SourceOptions['identity'];
  readonly insecurePlaintext: boolean | undefined;
  /** Aborted when the whole pull has to end; `stop` ends it from inside. */
  readonly signal: AbortSignal;
  readonly stop: (reason: Error) => void;
  readonly sources: OpenSources;
}

/** The connections of one pull, which are opened again when the authority that they trust has changed. */
export class OpenSources {
  #opened: Source[];

  constructor(private readonly open: () => Source[]) {
    this.#opened = open();
  }

  get all(): readonly Source[] {
    return this.#opened;
  }

  reopen(): void {
    this.close();
    this.#opened = this.open();
  }

  close(): void {
    for (const source of this.#opened) source.close();
  }
}

/** Opens the sources of a pull. @throws FedshotError `usage`, `trust`, `not-found` */
export function openContext(options: PullOptions): PullContext {
  const { home, name, from, reporter = silent, insecurePlaintext, webCa } = options;
  const identity = options.identity ?? readIdentity(home);
  const random = seeded(randomInt(2 ** 32)); // jitter must differ between sites
  const stopper = new AbortController();
  const signal = AbortSignal.any([stopper.signal, ...(options.signal ? [options.signal] : [])]);
  setMaxListeners(0, signal); // each request under way listens, of several sources at once
  const open = (): Source[] => {
    const { ca } = readTrust(home).root.document.tls;
    return openSources(from, { ca, webCa, identity, insecurePlaintext, signal });
  };
  return {
    home,
    name,
    from,
    reporter,
    now: options.now ?? (() => new Date()),
    retry: { policy: defaultRetry, random, sleep, ...options.retry },
    identity,
    insecurePlaintext,
    signal,
    stop: (reason) => {
      stopper.abort(reason);
    },
    sources: new OpenSources(open),
  };
}
