import { opendirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import type { RecorderLimits } from '../../audit/index.js';
import { asFedshotError, FedshotError } from '../../shared/errors.js';
import { makeFolder } from '../../shared/files.js';
import { action, command } from '../command.js';
import type { Io } from '../io.js';
import { outputFile, path, positiveInteger, seconds } from '../options.js';

interface Options {
  listen: { host: string; port: number };
  to: { host: string; port: number };
  out: string;
  key?: string;
  maxConnections?: number;
  perAddress?: number;
  idle?: number;
  halfOpen?: number;
}

/** What was given, in the recorder's own names. */
function limitsOf({
  maxConnections,
  perAddress,
  idle,
  halfOpen,
}: Options): Partial<RecorderLimits> {
  const ms = (seconds: number | undefined): number | undefined => seconds && seconds * 1000;
  const given = {
    connections: maxConnections,
    perAddress,
    idleMs: ms(idle),
    halfOpenMs: ms(halfOpen),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function address(text: string): { host: string; port: number } {
  const [, host, port] = /^(?:\[?([^\]]*?)\]?:)?(\d{1,5})$/.exec(text) ?? [];
  if (port === undefined || Number(port) > 65_535)
    throw new FedshotError('usage', `not an address: ${text}`, { hint: 'give HOST:PORT' });
  return { host: host ?? '127.0.0.1', port: Number(port) };
}

/** Made before anything else, so that what cannot be written is named by the file that was asked for. */
function folderOf(out: string): void {
  try {
    makeFolder(dirname(out));
    opendirSync(dirname(out)).closeSync();
  } catch (error) {
    throw asFedshotError(error, 'io', `cannot write ${out}`);
  }
}

export function register(parent: Command, io: Io): void {
  command(parent, 'record', 'stand between provider and sites, count bytes and keep no content', [
    'fedshot audit record --listen 0.0.0.0:7444 --to provider:7443 --out record.jsonl',
  ])
    .requiredOption('--listen <address>', 'HOST:PORT that sites connect to', address)
    .requiredOption('--to <address>', 'HOST:PORT of the provider', address)
    .option('--out <file>', 'JSON lines are added to it', outputFile, 'record.jsonl')
    .option('--key <file>', 'the recorder’s key, made if it is not there (default: OUT.key)', path)
    .option('--max-connections <n>', 'connections at once (2048)', positiveInteger)
    .option('--per-address <n>', 'connections at once from one address (256)', positiveInteger)
    .option('--idle <time>', 'end a connection that nobody says anything on (5m)', seconds)
    .option('--half-open <time>', 'the same, once one side has ended (30s)', seconds)
    .action(
      action(io, async (options: Options) => {
        const { listen, to } = options;
        const out = path(options.out);
        const [{ startRecorder }, { openOwnKey }, { version }] = await Promise.all([
          import('../../audit/index.js'),
          import('../../shared/release/index.js'),
          import('../../shared/version.js'),
        ]);
        const now = (): Date => io.now();
        folderOf(out);
        const keyFile = options.key ?? `${out}.key`;
        const key = await openOwnKey(keyFile, { role: 'recorder', now: now() });
        const recorder = await startRecorder({
          listen,
          to,
          file: out,
          key,
          software: `fedshot ${version()}`,
          limits: limitsOf(options),
          now,
        });
        const { address: at } = recorder;
        const answer = { ready: true, address: at, out, key: key.keyid, keyFile };
        io.result(
          answer,
          () =>
            `recording on ${at} into ${out}\nsigned by the key ${key.keyid}; auditors pin it with --recorder-key`,
        );
        const stopped = new Promise<undefined>((resolve) => {
          io.signal.addEventListener('abort', () => resolve(undefined), { once: true });
          if (io.signal.aborted) resolve(undefined);
        });
        const broken = await Promise.race([stopped, recorder.broken]);
        await recorder.close();
        if (broken) throw broken;
      }),
    );
}
