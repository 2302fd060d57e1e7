import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Asks, ServeLimits, ServerSecrets, Serving } from '../../provider/serve/index.js';
import { FedshotError } from '../../shared/errors.js';
import { withOutsidePaths } from '../../shared/isolate/moved.js';
import type { StepContext } from '../../shared/isolate/index.js';
import type { IsolationRecord } from '../../shared/isolate/index.js';
import type { TransparencyLog } from '../../shared/log/index.js';
import { version } from '../../shared/version.js';
import { keyringAt, keysDir } from '../keyring.js';
import { defineOperation, type Outside, type Rights } from '../operation.js';
import { serveOptions, type ServeOptions } from './serve-options.js';

type Env = Pick<StepContext, 'env'>;

/** What a server says once it listens. */
export interface ServerReady {
  ready: true;
  address: string;
  metricsAddress?: string;
  isolation?: IsolationRecord;
}

/**
 * Serves a store over gRPC and TLS until its signal is aborted. It sees the public store and who may pull
 * what, and writes the log alone; keys stay outside, and are asked to sign.
 */
export default defineOperation({
  name: 'provider serve',
  module: import.meta.url,
  options: serveOptions,
  rights: serverRights,
  async run(options, context): Promise<void> {
    const serving = await start(options, context);
    const noHangup = context.onHangup(() => void serving.reload());
    const { address, metricsAddress } = serving;
    const ready: ServerReady = {
      ready: true,
      address,
      metricsAddress,
      isolation: context.isolation,
    };
    context.answered(ready);
    const stopped = new Promise<undefined>((resolve) => {
      context.signal.addEventListener('abort', () => resolve(undefined), { once: true });
      if (context.signal.aborted) resolve(undefined);
    });
    const failure = await Promise.race([stopped, serving.broken]);
    noHangup();
    // What cannot be closed any more, since it is gone, does not hide why the server ends.
    await serving.close().catch((error: unknown) => {
      if (failure === undefined) throw error;
    });
    if (failure !== undefined) throw failure;
  },
});

async function serverRights(options: ServeOptions, outside: Outside): Promise<Rights> {
  const { store, policy, log } = options;
  if (!existsSync(store))
    throw new FedshotError('not-found', `no such store: ${store}`, {
      hint: 'make one with: fedshot provider init --store STORE',
    });
  const { logDir } = await import('../../provider/transparency.js');
  const { answersServer } = await import('../../provider/serve/index.js');
  return {
    network: true,
    read: [store],
    write: log === false ? [] : [log ?? logDir(store)],
    mirrors: [
      { from: keysDir(options, outside), content: /^enrolled\.json$/ },
      { from: tlsFolder(options, outside), content: /\.pem$/ },
      // Whether an authority's key is there says which was the first.
      { from: sitesFolder(options, outside), content: /\.(?:pem|json)$/, present: /\.sealed$/ },
      ...(policy === undefined ? [] : [{ from: policy }]),
    ],
    keep: ['FEDSHOT_KEYS'],
    answer: answersServer(
      store,
      () => keyringAt(options, outside),
      () => outside.now(),
    ),
  };
}

/** Certificates of this server; the keys beside them are sealed. */
const tlsFolder = (options: ServeOptions, context: Env): string =>
  join(keysDir(options, context), 'tls');
const sitesFolder = (options: ServeOptions, context: Env): string =>
  options.sites ?? join(keysDir(options, context), 'sites');

const ms = (value: number | undefined): number | undefined => value && value * 1000;

function limitsOf(options: ServeOptions): Partial<ServeLimits> {
  const given = {
    maxConnections: options.maxConnections,
    maxPerAddress: options.maxPerAddress,
    maxStreams: options.maxStreams,
    peerPerSecond: options.callsPerSecond,
    stallMs: ms(options.stall),
    idleMs: ms(options.idle),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** What was foreseen needs no stack in the log: its message says what failed, its hint what to do. */
function inBrief(error: Error): object {
  if (!(error instanceof FedshotError) || error.code === 'internal')
    return { message: error.message, stack: error.stack };
  const { code, message, hint } = error;
  return { code, message: withOutsidePaths(message), hint };
}

/** Where this server finds what it needs of the provider's secrets: outside, where it is confined. */
async function secretsOf(options: ServeOptions, context: StepContext): Promise<ServerSecrets> {
  const { askedSecrets, ownSecrets } = await import('../../provider/serve/index.js');
  const { insidePath } = await import('../../shared/isolate/index.js');
  const { store } = options;
  const dir = keysDir(options, context);
  if (context.ask)
    return askedSecrets(context.ask, { store, dir, tls: insidePath(tlsFolder(options, context)) });
  return ownSecrets({ store, keyring: keyringAt(options, context), now: () => context.now() });
}

/** An explicit --sites has to have sites in it: a folder that is mistyped must not let everybody in. */
function asksOf({ sites, anybody }: ServeOptions): Asks {
  if (sites !== undefined && anybody)
    throw new FedshotError('usage', '--sites and --anybody contradict each other', {
      hint: 'leave out --anybody to ask every client for a certificate',
    });
  if (anybody) return 'never';
  return sites === undefined ? 'when-enrolled' : 'always';
}

async function start(
  { log: logTo, ...options }: ServeOptions,
  context: StepContext,
): Promise<Serving> {
  const [{ serve }, { logDir, logSigner, openTransparency }, { insidePath }, { default: pino }] =
    await Promise.all([
      import('../../provider/serve/index.js'),
      import('../../provider/transparency.js'),
      import('../../shared/isolate/index.js'),
      import('pino'),
    ]);
  const { store, policy } = options;
  const secrets = await secretsOf(options, context);
  if (options.insecurePlaintext)
    context.reporter.warn(
      '--insecure-plaintext: anybody on the way sees who pulls what',
      'plaintext',
    );
  if (options.anybody)
    context.reporter.warn('--anybody: whoever reaches this server may pull', 'open-to-anybody');
  const now = (): Date => context.now();
  if (logTo === false)
    context.reporter.warn('--no-log: nobody can check afterwards what this server sent', 'no-log');
  const openLog = async (): Promise<TransparencyLog> =>
    openTransparency({
      store,
      keyring: await secrets.logKeys(),
      dir: logTo === false ? undefined : logTo,
      now,
    });
  return serve({
    ...options,
    transparency: logTo === false ? undefined : await openLog(),
    reopenTransparency: openLog,
    transparencyDir: logTo === false ? undefined : (logTo ?? logDir(store)),
    logSigner: async () => logSigner(store, await secrets.logKeys()),
    tls: options.insecurePlaintext
      ? 'insecure'
      : { load: () => secrets.tls(), watch: insidePath(tlsFolder(options, context)) },
    sites: insidePath(sitesFolder(options, context)),
    policy: policy && insidePath(policy),
    asks: asksOf(options),
    memory: [insidePath(keysDir(options, context))],
    version: version(),
    limits: limitsOf(options),
    graceMs: options.grace * 1000,
    log: pino(
      { base: undefined, serializers: { err: inBrief } },
      { write: (line: string) => context.log(line) },
    ),
    warnings: (now) => secrets.warnings(now),
    renewFreshness: () => secrets.renewFreshness(),
    now,
  });
}
