import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Asks, ServeLimits, ServerSecrets, Serving } from '../../provider/serve/index.js';
import { FedshotError } from '../../shared/errors.js';
import { withOutsidePaths } from '../../shared/isolate/moved.js';
import type { TransparencyLog } from '../../shared/log/index.js';
import { action, command } from '../command.js';
import type { Io } from '../io.js';
import { addIsolateOption, enterIsolation, type IsolateFlag } from '../isolation.js';
import { addKeyOptions, keyringAt, keysDir, type KeyOptions } from '../keyring.js';
import { path, port, positiveInteger, positiveReal, seconds } from '../options.js';
import { version } from '../version.js';

interface Options extends KeyOptions, IsolateFlag {
  host: string;
  port: number;
  metricsPort?: number;
  metricsHost: string;
  metricsSites?: boolean;
  policy?: string;
  sites?: string;
  anybody?: boolean;
  insecurePlaintext?: boolean;
  /** A folder; false for --no-log. */
  log?: string | false;
  grace: number;
  maxConnections?: number;
  maxPerAddress?: number;
  maxStreams?: number;
  callsPerSecond?: number;
  stall?: number;
  idle?: number;
}

/** Certificates of this server; the keys beside them are sealed. */
const tlsFolder = (options: Options, io: Io): string => join(keysDir(options, io), 'tls');
const sitesFolder = (options: Options, io: Io): string =>
  options.sites ?? join(keysDir(options, io), 'sites');

const ms = (value: number | undefined): number | undefined => value && value * 1000;

function limitsOf(options: Options): Partial<ServeLimits> {
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
async function secretsOf(options: Options, io: Io): Promise<ServerSecrets> {
  const { askedSecrets, ownSecrets } = await import('../../provider/serve/index.js');
  const { hasOutside, askOutside, insidePath } = await import('../../shared/isolate/index.js');
  const { store } = options;
  const dir = keysDir(options, io);
  if (hasOutside())
    return askedSecrets(askOutside, { store, dir, tls: insidePath(tlsFolder(options, io)) });
  return ownSecrets({ store, keyring: keyringAt(options, io), now: () => io.now() });
}

/** An explicit --sites has to have sites in it: a folder that is mistyped must not let everybody in. */
function asksOf({ sites, anybody }: Options): Asks {
  if (sites !== undefined && anybody)
    throw new FedshotError('usage', '--sites and --anybody contradict each other', {
      hint: 'leave out --anybody to ask every client for a certificate',
    });
  if (anybody) return 'never';
  return sites === undefined ? 'when-enrolled' : 'always';
}

async function start({ log: logTo, ...options }: Options, io: Io): Promise<Serving> {
  const [{ serve }, { logDir, logSigner, openTransparency }, { insidePath }, { default: pino }] =
    await Promise.all([
      import('../../provider/serve/index.js'),
      import('../../provider/transparency.js'),
      import('../../shared/isolate/index.js'),
      import('pino'),
    ]);
  const { store, policy } = options;
  const secrets = await secretsOf(options, io);
  if (options.insecurePlaintext)
    io.reporter.warn('--insecure-plaintext: anybody on the way sees who pulls what');
  if (options.anybody) io.reporter.warn('--anybody: whoever reaches this server may pull');
  const now = (): Date => io.now();
  if (logTo === false)
    io.reporter.warn('--no-log: nobody can check afterwards what this server sent');
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
      : { load: () => secrets.tls(), watch: insidePath(tlsFolder(options, io)) },
    sites: insidePath(sitesFolder(options, io)),
    policy: policy && insidePath(policy),
    asks: asksOf(options),
    memory: [insidePath(keysDir(options, io))],
    version: version(),
    limits: limitsOf(options),
    graceMs: options.grace * 1000,
    log: pino(
      { base: undefined, serializers: { err: inBrief } },
      pino.destination({ dest: 2, sync: true }),
    ),
    warnings: (now) => secrets.warnings(now),
    renewFreshness: () => secrets.renewFreshness(),
    now,
  });
}

export function register(parent: Command, io: Io): void {
  const serve = command(parent, 'serve', 'serve a store over gRPC and TLS until it is stopped', [
    'fedshot provider serve --store work/store --port 7443',
    'fedshot provider serve --store work/store --host 0.0.0.0 --policy policy.json --metrics-port 9464',
  ])
    .requiredOption('--store <dir>', 'folder of the store', path)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <n>', '0 for any free one', port, 7443)
    .optionsGroup('Who may pull:')
    .option('--policy <file>', 'which site may pull what; without it every enrolled site all', path)
    .option('--sites <dir>', 'enrolled sites (default: sites in the folder of the keys)', path)
    .option('--anybody', 'let anybody pull, also where sites are enrolled')
    .option('--insecure-plaintext', 'without TLS: anybody on the way can listen and change')
    .optionsGroup('Log and metrics:')
    .option(
      '--log <dir>',
      'folder of the transparency log (default: the store’s name + -log)',
      path,
    )
    .option('--no-log', 'serve without a transparency log: nobody can check what was sent')
    .option('--metrics-port <n>', 'serve Prometheus metrics there', port)
    .option('--metrics-host <address>', 'address that metrics are served on', '127.0.0.1')
    .option('--metrics-sites', 'name sites in the metrics')
    .optionsGroup('Limits:')
    .option('--grace <time>', 'how long calls may go on after a stop', seconds, 10)
    .option('--max-connections <n>', 'connections at once', positiveInteger)
    .option('--max-per-address <n>', 'connections at once from one address', positiveInteger)
    .option('--max-streams <n>', 'calls at once on one connection', positiveInteger)
    .option('--calls-per-second <n>', 'of one peer, beyond a burst', positiveReal)
    .option('--stall <time>', 'how long a client may take for one message', seconds)
    .option('--idle <time>', 'how long a connection may stay without a call', seconds)
    .optionsGroup('Keys:');
  addIsolateOption(addKeyOptions(serve)).action(
    action(io, async (options: Options) => {
      const { store, policy, log } = options;
      if (!existsSync(store))
        throw new FedshotError('not-found', `no such store: ${store}`, {
          hint: 'make one with: fedshot provider init --store STORE',
        });
      const { logDir } = await import('../../provider/transparency.js');
      const { answersServer } = await import('../../provider/serve/index.js');
      // What has the network sees the public store and who may pull what. It writes the log alone.
      const isolation = await enterIsolation(io, {
        isolate: options.isolate,
        network: true,
        handsOn: 'SIGHUP',
        read: [store],
        write: [log === false ? undefined : (log ?? logDir(store))],
        mirrors: [
          { from: keysDir(options, io), content: /^enrolled\.json$/ },
          { from: tlsFolder(options, io), content: /\.pem$/ },
          // Whether an authority's key is there says which was the first.
          { from: sitesFolder(options, io), content: /\.(?:pem|json)$/, present: /\.sealed$/ },
          ...(policy === undefined ? [] : [{ from: policy }]),
        ],
        keep: ['FEDSHOT_KEYS'],
        answer: answersServer(
          store,
          () => keyringAt(options, io),
          () => io.now(),
        ),
      });
      const serving = await start(options, io);
      const reload = (): void => void serving.reload();
      process.on('SIGHUP', reload);
      const { address, metricsAddress } = serving;
      io.result(
        { ready: true, address, metricsAddress, isolation },
        () => `serving ${store} on ${address}`,
      );
      const stopped = new Promise<void>((resolve) => {
        io.signal.addEventListener('abort', () => resolve(), { once: true });
        if (io.signal.aborted) resolve();
      });
      const failure = await Promise.race([stopped, serving.broken]);
      process.off('SIGHUP', reload);
      // What cannot be closed any more, since it is gone, does not hide why the server ends.
      await serving.close().catch((error: unknown) => {
        if (failure === undefined) throw error;
      });
      if (failure !== undefined) throw failure;
    }),
  );
}
